/** Takes charge of a resource. Resources are closed in reverse order when all are closed, or when opening fails half-way. */
export type Adopt = <Resource>(resource: Resource, close: (resource: Resource) => unknown) => Resource

/**
 * Runs `open`, which adopts each resource when it is created, and adds a `close` to its result. Every resource is closed even if closing
 * another one fails; the failures are thrown together at the end. Closing twice closes once.
 */
export async function openResources<Opened extends object>(
  open: (adopt: Adopt) => Promise<Opened>,
): Promise<Opened & { close(): Promise<void> }> {
  const closers: (() => unknown)[] = []

  async function closeAll(): Promise<void> {
    const failures: unknown[] = []
    for (const close of closers.reverse()) {
      try {
        await close()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Closing failed')
  }

  let closing: Promise<void> | undefined
  const close = () => (closing ??= closeAll())
  try {
    const opened = await open((resource, closeResource) => {
      closers.push(() => closeResource(resource))
      return resource
    })
    return { ...opened, close }
  } catch (error) {
    // The reason why opening failed matters more than a failure to close.
    await close().catch(() => undefined)
    throw error
  }
}
