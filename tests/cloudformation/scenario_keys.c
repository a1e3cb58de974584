#include <stddef.h>

#include "cloudformation/members.h"
#include "cloudformation/scenario.h"

static const struct member account_members[] = {
	{"access_key", KIND_TEXT, offsetof(struct account, access_key)},
	{"secret_key", KIND_TEXT, offsetof(struct account, secret_key)},
	{"session_token", KIND_TEXT, offsetof(struct account, session_token)},
	{"account", KIND_TEXT, offsetof(struct account, id)},
	{"expires_ms", KIND_NUMBER, offsetof(struct account, expires_ms)},
};

static const struct member role_members[] = {
	{"arn", KIND_TEXT, offsetof(struct role, arn)},
	{"external_id", KIND_TEXT, offsetof(struct role, external_id)},
	{"web_identity_token", KIND_TEXT, offsetof(struct role, web_identity_token)},
	{"access_key", KIND_TEXT, offsetof(struct role, access_key)},
	{"principals", KIND_TEXTS, offsetof(struct role, principals)},
	{"duration", KIND_SMALL, offsetof(struct role, duration)},
	{"expires_in_ms", KIND_NUMBER, offsetof(struct role, expires_in_ms)},
};

static const struct member bucket_members[] = {
	{"name", KIND_TEXT, offsetof(struct bucket, name)},
	{"account", KIND_TEXT, offsetof(struct bucket, account)},
	{"region", KIND_TEXT, offsetof(struct bucket, region)},
};

static const struct member metadata_members[] = {
	{"role", KIND_TEXT, offsetof(struct dispenser, role)},
	{"access_key", KIND_TEXT, offsetof(struct dispenser, access_key)},
	{"account", KIND_TEXT, offsetof(struct dispenser, account)},
	{"code", KIND_TEXT, offsetof(struct dispenser, code)},
	{"expires_in_ms", KIND_NUMBER, offsetof(struct dispenser, expires_in_ms)},
	{"expired", KIND_BOOL, offsetof(struct dispenser, expired)},
	{"token_ms", KIND_NUMBER, offsetof(struct dispenser, token_ms)},
	{"v1", KIND_BOOL, offsetof(struct dispenser, v1)},
	{"forget_tokens", KIND_BOOL, offsetof(struct dispenser, forget_tokens)},
};

static const struct member container_members[] = {
	{"path", KIND_TEXT, offsetof(struct dispenser, path)},
	{"authorization", KIND_TEXT, offsetof(struct dispenser, authorization)},
	{"access_key", KIND_TEXT, offsetof(struct dispenser, access_key)},
	{"account", KIND_TEXT, offsetof(struct dispenser, account)},
	{"code", KIND_TEXT, offsetof(struct dispenser, code)},
	{"expires_in_ms", KIND_NUMBER, offsetof(struct dispenser, expires_in_ms)},
	{"expired", KIND_BOOL, offsetof(struct dispenser, expired)},
};

bool scenario_account(struct model *model, const cJSON *json, struct error *e)
{
	struct account account = {0};

	if (!MEMBERS_SET(&account, account_members, json, e))
		return MEMBERS_DROP(&account, account_members);
	if (!account.access_key || !account.secret_key || !account.id) {
		error_set(e, ERROR_INVALID, "access_key, secret_key and account are needed");
		return MEMBERS_DROP(&account, account_members);
	}
	GROW(model->accounts, model->account_size, model->account_count + 1);
	model->accounts[model->account_count++] = account;
	return true;
}

bool scenario_role(struct model *model, const cJSON *json, struct error *e)
{
	struct role role = {0};

	if (!MEMBERS_SET(&role, role_members, json, e) ||
		(!role.arn && !error_set(e, ERROR_INVALID, "arn: not there")))
		return MEMBERS_DROP(&role, role_members);
	GROW(model->roles, model->role_size, model->role_count + 1);
	model->roles[model->role_count++] = role;
	return true;
}

bool scenario_bucket(struct model *model, const cJSON *json, struct error *e)
{
	struct bucket bucket = {0};

	if (!MEMBERS_SET(&bucket, bucket_members, json, e) ||
		((!bucket.name || !bucket.account) &&
			!error_set(e, ERROR_INVALID, "name and account are needed")))
		return MEMBERS_DROP(&bucket, bucket_members);
	GROW(model->buckets, model->bucket_size, model->bucket_count + 1);
	model->buckets[model->bucket_count++] = bucket;
	return true;
}

static void forget_tokens(struct model *model)
{
	for (size_t i = 0; i < model->metadata_token_count; i++)
		free(model->metadata_tokens[i].text);
	model->metadata_token_count = 0;
}

/* What is told replaces all that was told before; an empty object: no metadata any more. */
bool scenario_metadata(struct model *model, const cJSON *json, struct error *e)
{
	struct dispenser metadata = {0};

	if (!MEMBERS_SET(&metadata, metadata_members, json, e))
		return MEMBERS_DROP(&metadata, metadata_members);
	MEMBERS_DROP(&model->metadata, metadata_members);
	model->metadata = metadata;
	if (metadata.forget_tokens)
		forget_tokens(model);
	return true;
}

bool scenario_container(struct model *model, const cJSON *json, struct error *e)
{
	struct dispenser container = {0};

	if (!MEMBERS_SET(&container, container_members, json, e) ||
		(!container.path && !error_set(e, ERROR_INVALID, "path: not there")))
		return MEMBERS_DROP(&container, container_members);
	GROW(model->containers, model->container_size, model->container_count + 1);
	model->containers[model->container_count++] = container;
	return true;
}

void scenario_forget(struct model *model)
{
	for (size_t i = 0; i < model->role_count; i++)
		MEMBERS_DROP(&model->roles[i], role_members);
	for (size_t i = 0; i < model->container_count; i++)
		MEMBERS_DROP(&model->containers[i], container_members);
	MEMBERS_DROP(&model->metadata, metadata_members);
	forget_tokens(model);
	free(model->roles);
	free(model->containers);
	free(model->metadata_tokens);
}
