import type {
  FinalizeHandler,
  HttpHandlerOptions,
  HttpRequest,
  HttpResponse,
  MetadataBearer,
  Pluggable,
  RequestHandler,
} from '@smithy/types'

type Parameter = string | undefined | readonly Parameter[] | { readonly [name: string]: Parameter }

/** Encodes parameters for the AWS Query protocol: `Tags.member.1.Name=…`. Throws a `URIError` if a text has an unpaired surrogate. */
export function encodeQuery(action: string, version: string, parameters: Record<string, Parameter>): string {
  let form = `Action=${action}&Version=${version}`
  function add(name: string, value: Parameter): void {
    if (value === undefined) return
    if (typeof value === 'string') form += `&${name}=${encodeURIComponent(value)}`
    else if (Array.isArray(value)) for (const [index, item] of value.entries()) add(`${name}.member.${index + 1}`, item)
    else for (const [part, item] of Object.entries(value)) add(`${name}.${part}`, item)
  }
  for (const [name, value] of Object.entries(parameters)) add(name, value)
  return form
}

type Handler = RequestHandler<HttpRequest, HttpResponse, HttpHandlerOptions>

interface Departure extends HttpHandlerOptions {
  /** Called when the request is signed and about to leave. If it throws, nothing leaves. */
  onDeparture?: () => void
}

/**
 * Sends forms of the AWS Query protocol through a client of the SDK, in less than half of the time that the SDK takes. The SDK prepares one
 * request with all that its settings decide, such as the endpoint and the headers, and each form leaves in a copy of it. The SDK still signs
 * every request, with the credentials of the moment, and still turns the answer into an output or an error.
 *
 * `prepare` must send some request of the operation whose command uses the plugin. That request never leaves.
 */
export function createQuerySender<Input extends object, Output extends MetadataBearer>(
  requestHandler: Handler,
  prepare: (plugin: Pluggable<Input, Output>) => Promise<unknown>,
): (form: string, departure?: Departure) => Promise<Output> {
  type Prepared = { request: HttpRequest; next: FinalizeHandler<Departure, Output> }
  let prepared: Promise<Prepared> | null = null

  async function prepareOnce(): Promise<Prepared> {
    try {
      return await new Promise<Prepared>((resolve, reject) => {
        const plugin: Pluggable<Departure, Output> = {
          applyToStack(stack) {
            stack.add(
              (next) =>
                async ({ request }) => {
                  resolve({ request: request as HttpRequest, next })
                  return { response: null, output: { $metadata: {} } as Output }
                },
              { step: 'build', priority: 'low', name: 'preparation' },
            )
            stack.add(
              () =>
                async ({ input, request }) => {
                  input.onDeparture?.()
                  return requestHandler.handle(request as HttpRequest, input)
                },
              { step: 'deserialize', priority: 'low', name: 'departure' },
            )
          },
        }
        prepare(plugin as unknown as Pluggable<Input, Output>).catch(reject)
      })
    } catch (error) {
      prepared = null
      throw error
    }
  }

  return async (form, departure = {}) => {
    prepared ??= prepareOnce()
    const { request, next } = await prepared
    const headers = { ...request.headers, 'content-length': String(Buffer.byteLength(form)) }
    const { output } = await next({ input: departure, request: { ...request, headers, body: form } })
    return output
  }
}
