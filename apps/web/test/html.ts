import { type DefaultTreeAdapterTypes, parse } from 'parse5'

type Element = DefaultTreeAdapterTypes.Element

/** What browsers read without an effect on anything else. */
const harmless = /-in-input-stream$|^unexpected-null-character$/

/** Lists the elements of a page as a browser reads it. */
function readElements(html: string): Element[] {
  const problems: string[] = []
  const document = parse(html, { onParseError: ({ code }) => void (harmless.test(code) || problems.push(code)) })
  if (problems.length > 0) throw new Error(`Not well formed: ${problems.join(', ')}`)
  return [...walk(document)]
}

function* walk(node: DefaultTreeAdapterTypes.ParentNode): Generator<Element> {
  for (const child of node.childNodes) {
    if ('tagName' in child) yield child
    if ('childNodes' in child) yield* walk(child)
  }
}

function readText(element: Element | undefined): string {
  const texts = element?.childNodes.map((child) => {
    if ('value' in child) return child.value
    return 'tagName' in child ? readText(child) : ''
  })
  return texts?.join('') ?? ''
}

const readAttributes = ({ attrs }: Element): Record<string, string> =>
  Object.fromEntries(attrs.map(({ name, value }) => [name, value]))

/** Opens a page to ask for elements by their name and some of their attributes. */
export function openPage(html: string) {
  const elements = readElements(html)
  function findAll(tagName: string, attributes: Record<string, string> = {}) {
    return elements.filter((element) => {
      const has = readAttributes(element)
      return element.tagName === tagName && Object.entries(attributes).every(([name, value]) => has[name] === value)
    })
  }
  return {
    /** The elements and the names of their attributes, in their order. */
    skeleton: elements.map((element) => [element.tagName, ...Object.keys(readAttributes(element))].join(' ')),
    /** Everything that a browser loads or follows. */
    addresses: elements.flatMap((element) => {
      const { href, src, action, property, content } = readAttributes(element)
      return [href, src, action, property === 'og:image' ? content : undefined].filter((one) => one !== undefined)
    }),
    /** The texts of such elements. */
    texts: (tagName: string, attributes?: Record<string, string>) => findAll(tagName, attributes).map(readText),
    /** An attribute of such elements. */
    values: (tagName: string, name: string, attributes?: Record<string, string>) =>
      findAll(tagName, attributes).map((element) => readAttributes(element)[name]),
    attributes: (tagName: string, attributes?: Record<string, string>) =>
      findAll(tagName, attributes).map(readAttributes),
    data: findAll('script', { type: 'application/ld+json' }).map((script) => JSON.parse(readText(script)) as unknown),
  }
}
