/** The version of every broker that we start. `pom.xml` names it too. */
export const kafkaVersion = '4.3.1'
