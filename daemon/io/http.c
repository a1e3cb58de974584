#include "io/http.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "aws/fault.h"
#include "aws/proxy.h"
#include "base/memory.h"
#include "base/text.h"
#include "io/multi.h"

enum {
	POOL_SIZE = 128, /* idle connections kept; libcurl's own number shrinks the pool */
	CONNECTION_LIFETIME_S = 50, /* less than servers keep an idle one */
	HEADER_SIZE = 128,          /* of those that are wanted */
};

struct http {
	struct multi *multi;
	CURLSH *share;
	struct http_options options;
	char *ca_bundle;
	struct http_transfer *transfers;
	void (*closed)(void *owner);
	void *owner;
};

struct http_transfer {
	struct http *http;
	struct http_transfer *previous, *next;
	CURL *easy;
	struct curl_slist *headers;
	char *body;
	size_t body_length;
	struct text reply;
	bool sent;
	char fault[CURL_ERROR_SIZE];
	http_done *done;
	void *owner;
};

/* --- the end of a transfer --- */

static void free_headers(struct curl_slist *headers)
{
	for (struct curl_slist *line = headers; line; line = line->next)
		wipe(line->data, strlen(line->data));
	curl_slist_free_all(headers);
}

/* Takes it out of libcurl and of the list; what it has received stays. */
static void detach(struct http_transfer *transfer)
{
	struct http *http = transfer->http;

	multi_remove(http->multi, transfer->easy);
	curl_easy_cleanup(transfer->easy);
	if (transfer->next)
		transfer->next->previous = transfer->previous;
	if (transfer->previous)
		transfer->previous->next = transfer->next;
	else
		http->transfers = transfer->next;
}

static void transfer_free(struct http_transfer *transfer)
{
	free_headers(transfer->headers);
	wipe(transfer->body, transfer->body_length);
	free(transfer->body);
	text_done(&transfer->reply);
	free(transfer);
}

/* Where a proxy's URL is wrong, libcurl repeats it, with the password in it. */
static const char *reason(const struct http_transfer *transfer, CURLcode code)
{
	if (text_starts(transfer->fault, "Unsupported proxy"))
		return "the proxy's URL, as in HTTPS_PROXY, can't be used";
	return *transfer->fault ? transfer->fault : curl_easy_strerror(code);
}

static void describe(const struct http_transfer *transfer, CURLcode code, struct error *e)
{
	const char *url = NULL;
	const char *why = reason(transfer, code);
	char line[CURL_ERROR_SIZE];

	curl_easy_getinfo(transfer->easy, CURLINFO_EFFECTIVE_URL, &url);
	fault_tidy(why, line, sizeof(line));
	if (transfer->reply.overflow)
		error_set(e, ERROR_TRANSIENT, "%s: the reply is larger than %zu bytes", url,
			transfer->reply.limit);
	else
		error_set(e, ERROR_TRANSIENT, "%s %s: %s",
			transfer->sent ? "no answer from" : "cannot reach", url, line);
}

static const char *header(const struct http_transfer *transfer, const char *name, char *value)
{
	struct curl_header *found;

	if (curl_easy_header(transfer->easy, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK)
		return NULL;
	fault_tidy(found->value, value, HEADER_SIZE);
	return value;
}

static void finish(void *finished, CURLcode code)
{
	struct http_transfer *transfer = finished;
	char date[HEADER_SIZE], request_id[HEADER_SIZE], region[HEADER_SIZE];
	struct http_reply reply = {.sent = transfer->sent, .content_length = -1};
	curl_off_t content_length = -1;
	long status = 0;

	if (code == CURLE_OK) {
		curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
		reply.status = (int)status;
		reply.date = header(transfer, "Date", date);
		reply.request_id = header(transfer, "x-amzn-RequestId", request_id);
		if (!reply.request_id)
			reply.request_id = header(transfer, "x-amz-request-id", request_id);
		reply.bucket_region = header(transfer, "x-amz-bucket-region", region);
		curl_easy_getinfo(
			transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &content_length);
		reply.content_length = content_length;
		reply.body = text_string(&transfer->reply);
		reply.length = transfer->reply.length;
	} else {
		describe(transfer, code, &reply.error);
	}
	/* Before the callback: it may close all, and the shared sessions go last. */
	detach(transfer);
	transfer->done(transfer->owner, &reply);
	transfer_free(transfer);
}

/* --- a transfer --- */

static size_t on_body(char *bytes, size_t size, size_t count, void *owner)
{
	struct http_transfer *transfer = owner;

	text_add_bytes(&transfer->reply, bytes, size * count);
	return transfer->reply.overflow ? 0 : size * count;
}

/* Not all versions of libcurl keep their sockets from the programs that are run. */
static int on_socket(void *owner, curl_socket_t fd, curlsocktype purpose)
{
	(void)owner;
	(void)purpose;
	return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? CURL_SOCKOPT_OK : CURL_SOCKOPT_ERROR;
}

/* The connection stands, the request leaves next. */
static int on_connected(void *owner, char *remote, char *local, int remote_port, int local_port)
{
	struct http_transfer *transfer = owner;

	(void)remote;
	(void)local;
	(void)remote_port;
	(void)local_port;
	transfer->sent = true;
	return CURL_PREREQFUNC_OK;
}

static struct curl_slist *header_lines(const struct pairs *headers)
{
	struct curl_slist *lines = NULL;

	for (size_t i = 0; i < headers->count; i++) {
		AUTO(free_secret)
		char *line = xasprintf("%s: %s", headers->items[i].name, headers->items[i].value);

		lines = curl_slist_append(lines, line);
	}
	/* libcurl would ask for leave before it sends more than 1 MiB, and wait. */
	return curl_slist_append(lines, "Expect:");
}

static void set_transport(CURL *easy, const struct http *http)
{
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* never wait for a resolver */
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)CONNECTION_LIFETIME_S);
	curl_easy_setopt(easy, CURLOPT_SHARE, http->share);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
	/* With a folder of certificates libcurl reads all of them for each connection. */
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	if (http->ca_bundle)
		curl_easy_setopt(easy, CURLOPT_CAINFO, http->ca_bundle);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)http->options.connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)http->options.timeout_ms);
}

static void set_method(CURL *easy, const struct http_transfer *transfer, const char *method)
{
	bool post = !method || strcmp(method, "POST") == 0;

	if (method && strcmp(method, "HEAD") == 0) {
		curl_easy_setopt(
			easy, CURLOPT_NOBODY, 1L); /* waits for none, whatever its length */
		return;
	}
	if (post || transfer->body_length) {
		curl_easy_setopt(
			easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->body_length);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->body);
	} else {
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	}
	if (!post)
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

/* An empty text keeps libcurl from its own reading of the variables. */
static void set_proxy(CURL *easy, const struct http *http, const struct http_request *request)
{
	const struct pairs *environment = request->direct ? NULL : http->options.environment;
	const char *proxy = environment ? proxy_of(environment, request->url) : NULL;

	curl_easy_setopt(easy, CURLOPT_PROXY, proxy ? proxy : "");
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
}

static void set_request(
	CURL *easy, struct http_transfer *transfer, const struct http_request *request)
{
	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L); /* as it was signed */
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, request->once ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "stackd");
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	set_method(easy, transfer, request->method);
	set_proxy(easy, transfer->http, request);
	if (request->timeout_ms)
		curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->fault);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
}

struct http_transfer *http_send(
	struct http *http, const struct http_request *request, http_done *done, void *owner)
{
	struct http_transfer *transfer = xcalloc(1, sizeof(*transfer));

	*transfer = (struct http_transfer){
		.http = http,
		.next = http->transfers,
		.easy = curl_easy_init(),
		.headers = header_lines(request->headers),
		.body = xmemdup(request->body, request->body_length),
		.body_length = request->body_length,
		.reply.limit =
			request->reply_limit ? request->reply_limit : http->options.reply_limit,
		.reply.secret = request->secret,
		.done = done,
		.owner = owner,
	};
	if (transfer->next)
		transfer->next->previous = transfer;
	http->transfers = transfer;
	if (!transfer->easy)
		abort(); /* as with any memory */
	set_transport(transfer->easy, http);
	set_request(transfer->easy, transfer, request);
	multi_add(http->multi, transfer->easy);
	return transfer;
}

void http_cancel(struct http_transfer *transfer)
{
	detach(transfer);
	transfer_free(transfer);
}

/* --- the client --- */

static const char *distribution_bundle(void)
{
	static const char *const usual[] = {"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};

	for (size_t i = 0; i < COUNT(usual); i++)
		if (access(usual[i], R_OK) == 0)
			return usual[i];
	return NULL; /* whatever libcurl was built with */
}

void http_trust(struct http *http, const char *ca_bundle)
{
	replace_text(&http->ca_bundle, ca_bundle ? ca_bundle : distribution_bundle());
}

struct http *http_new(uv_loop_t *loop, const struct http_options *options)
{
	struct http *http = xcalloc(1, sizeof(*http));

	signal(SIGPIPE, SIG_IGN);
	/* Never undone: a resolver's thread may outlive its transfer. */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
	http->options = *options;
	http_trust(http, options->ca_bundle);
	http->multi = multi_new(loop, finish);
	http->share = curl_share_init();
	if (!http->share)
		abort();
	/* One thread: no locks. Sessions belong to a transfer otherwise. */
	curl_share_setopt(http->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	return http;
}

static void on_closed(void *owner)
{
	struct http *http = owner;

	curl_share_cleanup(http->share);
	if (http->closed)
		http->closed(http->owner);
	free(http->ca_bundle);
	free(http);
}

void http_close(struct http *http, void (*closed)(void *owner), void *owner)
{
	if (!http)
		return;
	http->closed = closed;
	http->owner = owner;
	for (struct http_transfer *transfer = http->transfers, *next; transfer; transfer = next) {
		next = transfer->next;
		http_cancel(transfer);
	}
	multi_close(http->multi, on_closed, http);
}
