/** Storage of the browser that never throws. Where a person has switched it off, what is kept lasts until the page is left. */
function openStorage(name: 'localStorage' | 'sessionStorage') {
  const memory = new Map<string, string | null>()
  return {
    get(key: string): string | null {
      try {
        return window[name].getItem(key)
      } catch {
        return memory.get(key) ?? null
      }
    },
    /** Null removes the key. */
    set(key: string, value: string | null): void {
      memory.set(key, value)
      try {
        if (value === null) window[name].removeItem(key)
        else window[name].setItem(key, value)
      } catch {
        // The memory has it.
      }
    },
  }
}

export const device = openStorage('localStorage')
export const tab = openStorage('sessionStorage')

/** In `tab`: the courses that the learner has, remembered for a minute by the public pages. */
export const ENROLLED = 'coursewire.enrolled'

/** In `device`: says that somebody is signed in here. A hint for what pages show, not a secret. */
export const SIGNED_IN = 'coursewire.in'

export const hasSession = (): boolean => device.get(SIGNED_IN) !== null
