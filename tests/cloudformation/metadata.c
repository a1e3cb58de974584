/* The metadata of an instance (IMDSv2, and v1 where a scenario allows it), and the endpoints that
 * hand out a container's keys. */
#include <stdio.h>
#include <string.h>

#include "cloudformation/handle.h"
#include "cloudformation/identity.h"
#include "cloudformation/xml.h"

#define TOKEN_PATH "/latest/api/token"
#define ROLES_PATH "/latest/meta-data/iam/security-credentials"

enum { TOKEN_TTL_MAX = 21600, HOUR_MS = 3600 * 1000, USUAL_MS = 6 * HOUR_MS };

static const struct dispenser *find_container(const struct model *model, const char *path)
{
	for (size_t i = model->container_count; i-- > 0;)
		if (strcmp(model->containers[i].path, path) == 0)
			return &model->containers[i];
	return NULL;
}

static bool has_metadata(const struct model *model)
{
	return model->metadata.access_key || model->metadata.account || model->metadata.role;
}

static bool read_path(struct exchange *exchange, const struct model_request *request)
{
	const char *path = request->target;
	bool put = strcmp(request->method, "PUT") == 0;

	exchange->service = "metadata";
	pairs_add(&exchange->fields, "Path", path);
	if (!put && strcmp(request->method, "GET") != 0)
		return refuse(exchange, 405, "MethodNotAllowed", "%s", request->method);
	if (!put && find_container(exchange->model, path))
		exchange->action = "ContainerKeys";
	else if (!has_metadata(exchange->model))
		exchange->action = NULL;
	else if (put)
		exchange->action = strcmp(path, TOKEN_PATH) == 0 ? "MetadataToken" : NULL;
	else if (strcmp(path, ROLES_PATH) == 0 || strcmp(path, ROLES_PATH "/") == 0)
		exchange->action = "MetadataRole";
	else if (text_starts(path, ROLES_PATH "/"))
		exchange->action = "MetadataKeys";
	return exchange->action || refuse(exchange, 404, "NotFound", "%s", path);
}

/* --- tokens --- */

static void make_token(struct exchange *exchange, const struct model_request *request)
{
	struct model *model = exchange->model;
	const char *text = header_value(request, "X-aws-ec2-metadata-token-ttl-seconds");
	unsigned long ttl = text ? strtoul(text, NULL, 10) : 0;
	uint64_t token_ms = model->metadata.token_ms;

	/* Who came through a proxy is not on the instance. */
	if (header_value(request, "X-Forwarded-For")) {
		refuse(exchange, 403, "Forbidden", "there is a proxy in between");
		return;
	}
	if (ttl < 1 || ttl > TOKEN_TTL_MAX) {
		refuse(exchange, 400, "BadRequest", "expected a time to live");
		return;
	}
	AUTO(free_text) char *uuid = model_uuid(model);
	AUTO(free_text) char *token = xasprintf("AQAEA%s==", uuid);

	GROW(model->metadata_tokens, model->metadata_token_size, model->metadata_token_count + 1);
	model->metadata_tokens[model->metadata_token_count++] = (struct metadata_token){
		.text = xstrdup(token),
		.expires_ms = exchange->now_ms + (token_ms ? token_ms : ttl * 1000),
	};
	text_add(&exchange->result, token);
	pairs_add(&exchange->headers, "X-aws-ec2-metadata-token-ttl-seconds", text);
	exchange->raw_type = "text/plain";
}

static bool check_token(struct exchange *exchange, const struct model_request *request)
{
	const struct model *model = exchange->model;
	const char *token = header_value(request, "X-aws-ec2-metadata-token");

	if (!token && model->metadata.v1)
		return true;
	for (size_t i = 0; token && i < model->metadata_token_count; i++)
		if (strcmp(model->metadata_tokens[i].text, token) == 0 &&
			model->metadata_tokens[i].expires_ms > exchange->now_ms)
			return true;
	return refuse(exchange, 401, "Unauthorized", "no token that is good");
}

/* --- keys --- */

static void add_member(struct text *out, const char *name, const char *value)
{
	text_format(out, "%s\"%s\": ", out->length > 1 ? ", " : "", name);
	text_add_json(out, value, strlen(value));
}

static const struct account *keys_of(struct exchange *exchange, const struct dispenser *dispenser)
{
	struct model *model = exchange->model;

	if (dispenser->access_key)
		return identity_find(model, dispenser->access_key);
	struct issue issue = {.account = dispenser->account,
		.lifetime_ms =
			dispenser->expires_in_ms ? dispenser->expires_in_ms : (uint64_t)USUAL_MS};

	return dispenser->account ? identity_issue(model, &issue) : NULL;
}

static void add_keys(struct exchange *exchange, const struct dispenser *dispenser)
{
	struct text *out = &exchange->result;
	const struct account *keys = keys_of(exchange, dispenser);
	uint64_t now_ms = exchange->now_ms + (uint64_t)exchange->model->skew_ms;
	uint64_t lifetime_ms = dispenser->expires_in_ms ? dispenser->expires_in_ms : USUAL_MS;
	char time[TIME_TEXT_SIZE];

	exchange->raw_type = "application/json";
	time_text(dispenser->expired ? now_ms - HOUR_MS : now_ms + lifetime_ms, time);
	memcpy(strchr(time, '.'), "Z", 2);
	text_add(out, "{");
	add_member(out, "Code", dispenser->code ? dispenser->code : keys ? "Success" : "Failed");
	if (!keys || dispenser->code) {
		add_member(out, "Message", "as the scenario has it");
	} else {
		add_member(out, "Type", "AWS-HMAC");
		add_member(out, "AccessKeyId", keys->access_key);
		add_member(out, "SecretAccessKey", keys->secret_key);
		add_member(out, "Token", keys->session_token ? keys->session_token : "");
		add_member(out, "Expiration", time);
	}
	text_add(out, "}\n");
}

static void answer_role(struct exchange *exchange)
{
	const char *role = exchange->model->metadata.role;

	if (!role) {
		refuse(exchange, 404, "NotFound", "the instance has no role");
		return;
	}
	text_add(&exchange->result, role);
	exchange->raw_type = "text/plain";
}

static void answer_keys(struct exchange *exchange)
{
	const struct dispenser *metadata = &exchange->model->metadata;
	const char *name = strrchr(field(exchange, "Path"), '/') + 1;

	if (text_same(metadata->role, name))
		add_keys(exchange, metadata);
	else
		refuse(exchange, 404, "NotFound", "the instance has another role");
}

static void answer_container(struct exchange *exchange, const struct model_request *request)
{
	const struct dispenser *container =
		find_container(exchange->model, field(exchange, "Path"));
	const char *sent = header_value(request, "Authorization");

	if (container->authorization && !text_same(container->authorization, sent))
		refuse(exchange, 401, "Unauthorized", "another Authorization is expected");
	else
		add_keys(exchange, container);
}

static bool run_path(struct exchange *exchange, const struct model_request *request)
{
	if (strcmp(exchange->action, "ContainerKeys") == 0)
		answer_container(exchange, request);
	else if (strcmp(exchange->action, "MetadataToken") == 0)
		make_token(exchange, request);
	else if (!check_token(exchange, request))
		return false;
	else if (strcmp(exchange->action, "MetadataRole") == 0)
		answer_role(exchange);
	else
		answer_keys(exchange);
	return true;
}

void model_metadata(struct model *model, uint64_t now_ms, const struct model_request *request,
	struct model_reply *reply)
{
	static const struct protocol protocol = {read_path, run_path};

	handle(model, now_ms, request, &protocol, reply);
}
