#include "cloudformation/objects.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "cloudformation/identity.h"
#include "cloudformation/ledger.h"
#include "cloudformation/xml.h"

/* --- where an object is --- */

static const struct bucket *find_bucket(const struct model *model, const char *name)
{
	for (size_t i = model->bucket_count; i-- > 0;)
		if (strcmp(model->buckets[i].name, name) == 0)
			return &model->buckets[i];
	return NULL;
}

static struct object *find_object(const struct model *model, const char *bucket, const char *key)
{
	for (size_t i = 0; i < model->object_count; i++)
		if (strcmp(model->objects[i].bucket, bucket) == 0 &&
			strcmp(model->objects[i].key, key) == 0)
			return &model->objects[i];
	return NULL;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, c | 0x20) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* NULL: it can't be read. */
static char *decode(const char *path, size_t length)
{
	AUTO_DONE(text_done) struct text out = {0};
	size_t bad;

	for (size_t i = 0; i < length; i++) {
		if (path[i] != '%') {
			text_add_char(&out, path[i]);
			continue;
		}
		int high = i + 2 < length ? hex_digit(path[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(path[i + 2]) : -1;

		if (low < 0)
			return NULL;
		text_add_char(&out, (char)(high * 16 + low));
		i += 2;
	}
	return utf8_valid(text_string(&out), out.length, &bad) ? text_take(&out) : NULL;
}

/* Where the host begins with the bucket's name, it is not in the path. */
static bool split(
	const struct model *model, const char *host, const char *path, char **bucket, char **key)
{
	size_t length = strcspn(path, "?");
	const char *at = path;

	*bucket = NULL;
	for (size_t i = 0; i < model->bucket_count; i++) {
		size_t name = strlen(model->buckets[i].name);

		if (strncasecmp(host, model->buckets[i].name, name) == 0 && host[name] == '.')
			replace_text(bucket, model->buckets[i].name);
	}
	at += *at == '/';
	if (!*bucket) {
		size_t name = strcspn(at, "/?");

		*bucket = xstrndup(at, name);
		at += name + (at[name] == '/');
	}
	*key = decode(at, length - (size_t)(at - path));
	return *key != NULL;
}

const struct object *objects_at(
	const struct model *model, const char *url, const struct bucket **bucket)
{
	AUTO(free_text) char *name = NULL;
	AUTO(free_text) char *key = NULL;
	const char *host = strstr(url, "://");
	const struct bucket *unused;

	if (!bucket)
		bucket = &unused;
	*bucket = NULL;
	if (!host)
		return NULL;
	host += 3;
	if (!split(model, host, host + strcspn(host, "/"), &name, &key))
		return NULL;
	*bucket = find_bucket(model, name);
	return *bucket ? find_object(model, name, key) : NULL;
}

/* --- the actions --- */

static bool read_object(struct exchange *exchange, const struct model_request *request)
{
	static const char *const methods[][2] = {
		{"PUT", "PutObject"}, {"GET", "GetObject"}, {"HEAD", "HeadObject"}};
	const char *owner = header_value(request, "x-amz-expected-bucket-owner");
	AUTO(free_text) char *bucket = NULL;
	AUTO(free_text) char *key = NULL;

	exchange->service = "s3";
	for (size_t i = 0; i < COUNT(methods); i++)
		if (strcmp(request->method, methods[i][0]) == 0)
			exchange->action = methods[i][1];
	bool read = split(exchange->model, exchange->host, request->target, &bucket, &key);

	pairs_add(&exchange->fields, "Bucket", bucket);
	pairs_add(&exchange->fields, "Key", read ? key : "");
	if (owner)
		pairs_add(&exchange->fields, "ExpectedBucketOwner", owner);
	if (!read || !*bucket)
		return refuse(exchange, 400, "InvalidURI", "Couldn't parse the specified URI.");
	if (!exchange->action || !*key || strchr(request->target, '?')) {
		exchange->action = NULL;
		return refuse(exchange, 405, "MethodNotAllowed",
			"The specified method is not allowed against this resource.");
	}
	return true;
}

/* What it signed has to be what came, unless it says that it didn't sign it. */
static bool check_content(struct exchange *exchange, const struct model_request *request)
{
	const char *sent = header_value(request, "x-amz-content-sha256");
	struct digest digest = digest_of(request->body, request->body_length);
	char hash[DIGEST_HEX_SIZE];

	digest_hex(&digest, hash, DIGEST_HEX_SIZE - 1);
	if (!exchange->model->options.check_signature)
		return true;
	if (!sent)
		return refuse(exchange, 400, "InvalidRequest",
			"Missing required header for this request: x-amz-content-sha256");
	if (strcmp(sent, "UNSIGNED-PAYLOAD") != 0 && strcmp(sent, hash) != 0)
		return refuse(exchange, 400, "XAmzContentSHA256Mismatch",
			"The provided 'x-amz-content-sha256' header does not match what was "
			"computed.");
	return true;
}

/* S3 has its own words for what is wrong with a signature. */
static bool reword(struct exchange *exchange)
{
	static const struct {
		const char *code;
		int status;
		const char *own, *message;
	} words[] = {
		{"InvalidClientTokenId", 403, "InvalidAccessKeyId",
			"The AWS Access Key Id you provided does not exist in our records."},
		{"MissingAuthenticationToken", 403, "AccessDenied", "Access Denied"},
		{"ExpiredToken", 400, "ExpiredToken", "The provided token has expired."},
		{"IncompleteSignature", 400, "AuthorizationHeaderMalformed",
			"The authorization header that you provided is not valid."},
	};

	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(exchange->code, words[i].code) == 0)
			return refuse(
				exchange, words[i].status, words[i].own, "%s", words[i].message);
	if (text_starts(exchange->message, "Signature "))
		return refuse(exchange, 403, "RequestTimeTooSkewed",
			"The difference between the request time and the current time is too "
			"large.");
	return false;
}

static bool check_bucket(struct exchange *exchange)
{
	const struct bucket *bucket = find_bucket(exchange->model, field(exchange, "Bucket"));
	const char *owner = field(exchange, "ExpectedBucketOwner");

	if (!bucket)
		return refuse(exchange, 404, "NoSuchBucket", "The specified bucket does not exist");
	if (*exchange->access_key && bucket->region &&
		strcmp(bucket->region, exchange->region) != 0) {
		pairs_add(&exchange->headers, "x-amz-bucket-region", bucket->region);
		return refuse(exchange, 400, "AuthorizationHeaderMalformed",
			"The authorization header is malformed; the region '%s' is wrong; "
			"expecting '%s'",
			exchange->region, bucket->region);
	}
	if ((owner && strcmp(owner, bucket->account) != 0) ||
		strcmp(exchange->account, bucket->account) != 0)
		return refuse(exchange, 403, "AccessDenied", "Access Denied");
	return true;
}

static void put_object(struct exchange *exchange, const struct model_request *request)
{
	struct model *model = exchange->model;
	const char *bucket = field(exchange, "Bucket");
	const char *key = field(exchange, "Key");
	struct object *object = find_object(model, bucket, key);

	if (!object) {
		GROW(model->objects, model->object_size, model->object_count + 1);
		object = &model->objects[model->object_count++];
		*object = (struct object){.bucket = xstrdup(bucket), .key = xstrdup(key)};
	}
	free(object->body);
	object->body = xmemdup(request->body, request->body_length);
	object->length = request->body_length;
	object->digest = digest_of(request->body, request->body_length);
	object->time_ms = exchange->now_ms;
	ledger_object(exchange, object);
}

static void add_headers(struct exchange *exchange, const struct object *object)
{
	time_t seconds = (time_t)(object->time_ms / 1000);
	struct tm parts;
	char hash[DIGEST_HEX_SIZE];
	char modified[40];

	gmtime_r(&seconds, &parts);
	strftime(modified, sizeof(modified), "%a, %d %b %Y %H:%M:%S GMT", &parts);
	digest_hex(&object->digest, hash, 32);
	AUTO(free_text) char *tag = xasprintf("\"%s\"", hash);

	pairs_add(&exchange->headers, "ETag", tag);
	pairs_add(&exchange->headers, "Last-Modified", modified);
}

static bool run_object(struct exchange *exchange, const struct model_request *request)
{
	if (!identity_check(exchange, request, "s3"))
		return reword(exchange);
	if (!check_content(exchange, request) || !check_bucket(exchange))
		return false;
	if (strcmp(exchange->action, "PutObject") == 0)
		put_object(exchange, request);
	const struct object *object =
		find_object(exchange->model, field(exchange, "Bucket"), field(exchange, "Key"));

	if (!object) {
		refuse(exchange, 404, "NoSuchKey", "The specified key does not exist.");
		return true;
	}
	add_headers(exchange, object);
	exchange->raw_type = "binary/octet-stream";
	if (strcmp(exchange->action, "PutObject") != 0)
		text_add_bytes(&exchange->result, object->body, object->length);
	return true;
}

const struct protocol objects_protocol = {read_object, run_object};

void objects_render_error(const struct exchange *exchange, struct text *body)
{
	text_add(body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
	xml_text(body, "Code", exchange->code);
	xml_text(body, "Message", exchange->message);
	xml_text(body, "RequestId", exchange->request_id);
	xml_text(body, "HostId", "model");
	text_add(body, "</Error>");
}

void objects_done(struct model *model)
{
	for (size_t i = 0; i < model->object_count; i++) {
		free(model->objects[i].bucket);
		free(model->objects[i].key);
		free(model->objects[i].body);
	}
	for (size_t i = 0; i < model->bucket_count; i++) {
		free(model->buckets[i].name);
		free(model->buckets[i].account);
		free(model->buckets[i].region);
	}
	free(model->objects);
	free(model->buckets);
}
