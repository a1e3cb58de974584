#include "io/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/memory.h"
#include "base/text.h"
#include "http_fixture.h"
#include "scratch.h"

/* A TLS server in a thread of its own: one connection after the other, each asked once. */
struct tls_server {
	pthread_t thread;
	SSL_CTX *context;
	int listener;
	unsigned port;
	size_t handshakes, resumed; /* to be read after tls_stop() */
};

/* Signed by itself, for `name` ("IP:127.0.0.1"); its PEM goes to `path`. */
static void make_certificate(SSL_CTX *context, const char *name, const char *path)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	X509_NAME *subject = X509_get_subject_name(certificate);
	X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, name);
	FILE *file = fopen(path, "w");

	must(file ? 0 : -1, path);
	X509_set_version(certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	X509_set_pubkey(certificate, key);
	X509_NAME_add_entry_by_txt(
		subject, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
	X509_set_issuer_name(certificate, subject);
	X509_add_ext(certificate, names, -1);
	X509_sign(certificate, key, EVP_sha256());
	PEM_write_X509(file, certificate);
	fclose(file);
	SSL_CTX_use_certificate(context, certificate);
	SSL_CTX_use_PrivateKey(context, key);
	X509_EXTENSION_free(names);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static void serve_one(struct tls_server *server, int fd)
{
	SSL *tls = SSL_new(server->context);
	char buffer[4096];
	AUTO_DONE(text_done) struct text got = {0};

	SSL_set_fd(tls, fd);
	if (SSL_accept(tls) == 1) {
		server->handshakes++;
		server->resumed += SSL_session_reused(tls) == 1;
		for (int length = 1; length > 0 && !strstr(text_string(&got), "A=1&B=2");) {
			length = SSL_read(tls, buffer, sizeof(buffer));
			text_add_bytes(&got, buffer, length > 0 ? (size_t)length : 0);
		}
		SSL_write(tls, OK_ANSWER, (int)strlen(OK_ANSWER));
		SSL_shutdown(tls);
	}
	ERR_clear_error();
	SSL_free(tls);
	close(fd);
}

static void *serve(void *owner)
{
	struct tls_server *server = owner;

	for (int fd; (fd = accept(server->listener, NULL, NULL)) >= 0;)
		serve_one(server, fd);
	return NULL;
}

static void tls_start(struct tls_server *server, const char *name, const char *path)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);

	*server = (struct tls_server){.listener = socket(AF_INET, SOCK_STREAM, 0)};
	server->context = SSL_CTX_new(TLS_server_method());
	make_certificate(server->context, name, path);
	must(bind(server->listener, (struct sockaddr *)&address, length), "bind");
	must(listen(server->listener, 16), "listen");
	must(getsockname(server->listener, (struct sockaddr *)&address, &length), "getsockname");
	server->port = ntohs(address.sin_port);
	pthread_create(&server->thread, NULL, serve, server);
}

/* The clients must have closed their connections. */
static void tls_stop(struct tls_server *server)
{
	shutdown(server->listener, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listener);
	SSL_CTX_free(server->context);
}

static const struct {
	const char *sentence, *name;
	bool trusted;
	const char *error; /* NULL: an answer comes */
} rows[] = {
	{"a certificate of the bundle", "IP:127.0.0.1", true, NULL},
	{"one that the bundle does not have", "IP:127.0.0.1", false, "certificate"},
	{"one that is another's", "IP:127.0.0.2", true, "127.0.0.1"},
};

static void test_certificates(void **state)
{
	struct http_fixture *fixture = *state;
	char *folder = scratch_new();
	AUTO(free_text) char *bundle = xasprintf("%s/bundle", folder);

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_DONE(http_outcome_done) struct http_outcome outcome = {0};
		struct tls_server server;

		print_message("# %s\n", rows[i].sentence);
		tls_start(&server, rows[i].name, bundle);
		AUTO(free_text) char *url = xasprintf("https://127.0.0.1:%u/", server.port);

		fixture->ca_bundle = rows[i].trusted ? bundle : NULL;
		http_open(fixture, CEILING_MS);
		http_post_to(fixture, url, false, &outcome);
		http_run_until(fixture, &outcome.count, 1);
		http_finish(fixture);
		tls_stop(&server);
		if (!rows[i].error) {
			assert_string_equal(text_string(&outcome.body), "hello");
			assert_int_equal(server.handshakes, 1);
			continue;
		}
		assert_int_equal(outcome.error.kind, ERROR_TRANSIENT);
		assert_non_null(strstr(outcome.error.text, "cannot reach https://127.0.0.1:"));
		assert_non_null(strstr(outcome.error.text, rows[i].error));
		assert_false(outcome.sent);
	}
	scratch_remove(folder);
	free(folder);
}

static void test_a_bundle_that_is_not_there(void **state)
{
	struct http_fixture *fixture = *state;
	AUTO_DONE(http_outcome_done) struct http_outcome outcome = {0};
	char *folder = scratch_new();
	AUTO(free_text) char *path = xasprintf("%s/certificate", folder);
	struct tls_server server;

	tls_start(&server, "IP:127.0.0.1", path);
	AUTO(free_text) char *url = xasprintf("https://127.0.0.1:%u/", server.port);

	fixture->ca_bundle = "/nonexistent/bundle.pem";
	http_open(fixture, CEILING_MS);
	http_post_to(fixture, url, false, &outcome);
	http_run_until(fixture, &outcome.count, 1);
	http_finish(fixture);
	tls_stop(&server);
	assert_non_null(strstr(outcome.error.text, "/nonexistent/bundle.pem"));
	assert_false(outcome.sent);
	scratch_remove(folder);
	free(folder);
}

/* Sessions are shared between transfers: of three new connections two shake hands in short. */
static void test_sessions_are_resumed(void **state)
{
	struct http_fixture *fixture = *state;
	char *folder = scratch_new();
	AUTO(free_text) char *bundle = xasprintf("%s/bundle", folder);
	struct tls_server server;

	tls_start(&server, "IP:127.0.0.1", bundle);
	AUTO(free_text) char *url = xasprintf("https://127.0.0.1:%u/", server.port);

	fixture->ca_bundle = bundle;
	http_open(fixture, CEILING_MS);
	for (size_t i = 0; i < 3; i++) {
		AUTO_DONE(http_outcome_done) struct http_outcome outcome = {0};

		http_post_to(fixture, url, true, &outcome);
		http_run_until(fixture, &outcome.count, 1);
		assert_string_equal(text_string(&outcome.body), "hello");
	}
	http_finish(fixture);
	tls_stop(&server);
	assert_int_equal(server.handshakes, 3);
	assert_int_equal(server.resumed, 2);
	scratch_remove(folder);
	free(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_certificates, http_set_up, http_tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_bundle_that_is_not_there, http_set_up, http_tear_down),
		cmocka_unit_test_setup_teardown(
			test_sessions_are_resumed, http_set_up, http_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
