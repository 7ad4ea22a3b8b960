/** That of every server we start; the binaries that infra/servers installs have it too. */
export const postgresVersion = '18.4'
