/** That of every broker we start; `pom.xml` names it too. */
export const kafkaVersion = '4.3.1'
