let address = ''

/** The address that somebody has just confirmed, so that it need not be typed again. In memory only: no storage and no URL has it. */
export const knownAddress = {
  get: (): string => address,
  keep: (email: string): void => {
    address = email
  },
}
