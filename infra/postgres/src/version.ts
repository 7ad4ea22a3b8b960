/** The version of every server that we start. The binaries that infra/servers installs have it too. */
export const postgresVersion = '18.4'
