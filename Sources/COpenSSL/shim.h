#pragma once
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#ifndef OPENSSL_NO_ENGINE
#include <openssl/engine.h>
#endif

// What OpenSSL has as macros, which Swift does not see, under their own names with a prefix.

static inline int waypost_SSL_CTX_set_min_proto_version(SSL_CTX *context, int version) {
  return (int)SSL_CTX_set_min_proto_version(context, version);
}
static inline void waypost_SSL_CTX_set_mode(SSL_CTX *context, long mode) { (void)SSL_CTX_set_mode(context, mode); }
static inline void waypost_SSL_CTX_session_cache_off(SSL_CTX *context) {
  (void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}
static inline int waypost_SSL_CTX_add1_chain_cert(SSL_CTX *context, X509 *certificate) {
  return (int)SSL_CTX_add1_chain_cert(context, certificate);
}
static inline int waypost_SSL_CTX_set_app_data(SSL_CTX *context, void *data) {
  return SSL_CTX_set_app_data(context, (char *)data);
}
static inline void *waypost_SSL_CTX_get_app_data(const SSL_CTX *context) { return SSL_CTX_get_app_data(context); }
static inline int waypost_SSL_set_tlsext_host_name(SSL *connection, const char *name) {
  return (int)SSL_set_tlsext_host_name(connection, name);
}
static inline uint64_t waypost_SSL_OP_NO_RENEGOTIATION(void) { return SSL_OP_NO_RENEGOTIATION; }
static inline uint64_t waypost_SSL_OP_NO_COMPRESSION(void) { return SSL_OP_NO_COMPRESSION; }
static inline int waypost_BIO_should_retry(BIO *bio) { return BIO_should_retry(bio); }
static inline size_t waypost_BIO_pending(BIO *bio) { return (size_t)BIO_pending(bio); }
static inline int waypost_ERR_GET_LIB(unsigned long code) { return ERR_GET_LIB(code); }
static inline int waypost_ERR_GET_REASON(unsigned long code) { return ERR_GET_REASON(code); }

/// A distinguished name in one line, in UTF-8.
static inline void waypost_X509_NAME_line(BIO *bio, const X509_NAME *name) {
  (void)X509_NAME_print_ex(bio, name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
}

/// The peer's certificate; the caller frees it.
static inline X509 *waypost_SSL_get1_peer_certificate(const SSL *connection) {
  return SSL_get1_peer_certificate(connection);
}

/// The alternative name of that index in the form of an X509v3 extension: its type (`GEN_DNS`, `GEN_IPADD`) and bytes, which belong
/// to `names`. 0 behind the last.
static inline int waypost_GENERAL_NAMES_at(
  const GENERAL_NAMES *names, int index, int *type, const unsigned char **bytes, int *count) {
  if (names == NULL || index < 0 || index >= sk_GENERAL_NAME_num(names)) return 0;
  const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
  *type = name->type;
  *bytes = NULL;
  *count = 0;
  if (name->type == GEN_DNS) {
    *bytes = ASN1_STRING_get0_data(name->d.dNSName);
    *count = ASN1_STRING_length(name->d.dNSName);
  } else if (name->type == GEN_IPADD) {
    *bytes = ASN1_STRING_get0_data(name->d.iPAddress);
    *count = ASN1_STRING_length(name->d.iPAddress);
  }
  return 1;
}

/// The key of that URI through the PKCS#11 engine of libp11, for where OpenSSL has no provider for it (Debian 12).
/// 1: found; 0: the engine is there and has no such key; -1: no engine.
static inline int waypost_ENGINE_pkcs11_key(
  const char *uri, UI_METHOD *method, void *data, EVP_PKEY **key) {
#ifndef OPENSSL_NO_ENGINE
  // An engine stays loaded: its module keeps sessions that a second initialisation would lose.
  static ENGINE *engine = NULL;
  if (engine == NULL) {
    ENGINE_load_builtin_engines();
    ENGINE *candidate = ENGINE_by_id("pkcs11");
    if (candidate == NULL) return -1;
    if (!ENGINE_init(candidate)) {
      ENGINE_free(candidate);
      return -1;
    }
    engine = candidate;
  }
  *key = ENGINE_load_private_key(engine, uri, method, data);
  return *key != NULL ? 1 : 0;
#else
  (void)uri; (void)method; (void)data; (void)key;
  return -1;
#endif
}
