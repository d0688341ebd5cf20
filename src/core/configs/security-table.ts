/** The broker's other configs, SASL and TLS (SaslConfigs, SslConfigs of 4.3.1); see table.ts. @module */
export const securityTable = `
sasl.client.callback.handler.class                  class    ro null
sasl.enabled.mechanisms                             list     rw GSSAPI
sasl.jaas.config                                    password rw null
sasl.kerberos.kinit.cmd                             string   rw /usr/bin/kinit
sasl.kerberos.min.time.before.relogin               long     rw 60000
sasl.kerberos.principal.to.local.rules              list     rw DEFAULT
sasl.kerberos.service.name                          string   rw null
sasl.kerberos.ticket.renew.jitter                   double   rw 0.05
sasl.kerberos.ticket.renew.window.factor            double   rw 0.8
sasl.login.callback.handler.class                   class    ro null
sasl.login.class                                    class    ro null
sasl.login.connect.timeout.ms                       int      ro null
sasl.login.read.timeout.ms                          int      ro null
sasl.login.refresh.buffer.seconds                   short    rw 300
sasl.login.refresh.min.period.seconds               short    rw 60
sasl.login.refresh.window.factor                    double   rw 0.8
sasl.login.refresh.window.jitter                    double   rw 0.05
sasl.login.retry.backoff.max.ms                     long     ro 10000
sasl.login.retry.backoff.ms                         long     ro 100
sasl.mechanism.controller.protocol                  string   ro GSSAPI
sasl.mechanism.inter.broker.protocol                string   rw GSSAPI
sasl.oauthbearer.assertion.algorithm                string   ro RS256     ~ES256|RS256
sasl.oauthbearer.assertion.claim.aud                string   ro null
sasl.oauthbearer.assertion.claim.exp.seconds        int      ro 300       0..86400
sasl.oauthbearer.assertion.claim.iss                string   ro null
sasl.oauthbearer.assertion.claim.jti.include        boolean  ro false
sasl.oauthbearer.assertion.claim.nbf.seconds        int      ro 60        0..3600
sasl.oauthbearer.assertion.claim.sub                string   ro null
sasl.oauthbearer.assertion.file                     string   ro null
sasl.oauthbearer.assertion.private.key.file         string   ro null
sasl.oauthbearer.assertion.private.key.passphrase   password ro null
sasl.oauthbearer.assertion.template.file            string   ro null
sasl.oauthbearer.client.credentials.client.id       string   ro null
sasl.oauthbearer.client.credentials.client.secret   password ro null
sasl.oauthbearer.clock.skew.seconds                 int      ro 30
sasl.oauthbearer.expected.audience                  list     ro ''
sasl.oauthbearer.expected.issuer                    string   ro null
sasl.oauthbearer.jwks.endpoint.refresh.ms           long     ro 3600000
sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms long     ro 10000
sasl.oauthbearer.jwks.endpoint.retry.backoff.ms     long     ro 100
sasl.oauthbearer.jwks.endpoint.url                  string   ro null
sasl.oauthbearer.jwt.retriever.class class ro org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever
sasl.oauthbearer.jwt.validator.class class ro org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator
sasl.oauthbearer.scope                              string   ro null
sasl.oauthbearer.scope.claim.name                   string   ro scope
sasl.oauthbearer.sub.claim.name                     string   ro sub
sasl.oauthbearer.token.endpoint.url                 string   ro null
sasl.server.callback.handler.class                  class    ro null
sasl.server.max.receive.size                        int      ro 524288
security.inter.broker.protocol                      string   ro PLAINTEXT PLAINTEXT|SSL|SASL_PLAINTEXT|SASL_SSL
security.providers                                  string   ro null
ssl.allow.dn.changes                                boolean  ro false
ssl.allow.san.changes                               boolean  ro false
ssl.cipher.suites                                   list     rw ''
ssl.client.auth                                     string   rw none      required|requested|none
ssl.enabled.protocols                               list     rw TLSv1.2,TLSv1.3
ssl.endpoint.identification.algorithm               string   rw https
ssl.engine.factory.class                            class    rw null
ssl.key.password                                    password rw null
ssl.keymanager.algorithm                            string   rw SunX509
ssl.keystore.certificate.chain                      password rw null
ssl.keystore.key                                    password rw null
ssl.keystore.location                               string   rw null
ssl.keystore.password                               password rw null
ssl.keystore.type                                   string   rw JKS
ssl.principal.mapping.rules                         string   ro DEFAULT
ssl.protocol                                        string   rw TLSv1.3
ssl.provider                                        string   rw null
ssl.secure.random.implementation                    string   rw null
ssl.trustmanager.algorithm                          string   rw PKIX
ssl.truststore.certificates                         password rw null
ssl.truststore.location                             string   rw null
ssl.truststore.password                             password rw null
ssl.truststore.type                                 string   rw JKS
`
