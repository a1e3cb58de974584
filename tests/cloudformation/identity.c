#include "cloudformation/identity.h"

#include <stdio.h>
#include <string.h>

static const char default_account[] = "111111111111";
static const char token_invalid[] = "The security token included in the request is invalid.";

const struct account *identity_find(const struct model *model, const char *access_key)
{
	for (size_t i = model->account_count; i-- > 0;)
		if (strcmp(model->accounts[i].access_key, access_key) == 0)
			return &model->accounts[i];
	return NULL;
}

void identity_assume(struct exchange *exchange, const char *access_key)
{
	exchange->access_key = access_key;
	exchange->caller = identity_find(exchange->model, access_key);
	exchange->account = exchange->caller ? exchange->caller->id : default_account;
}

void identity_read(struct exchange *exchange, const struct model_request *request)
{
	bool is_signed = signature_read(request, &exchange->signature);

	identity_assume(exchange, is_signed ? exchange->signature.access_key : "");
	if (is_signed)
		exchange->region = exchange->signature.region;
}

/* Without keys by a scenario, every key is let in: those that the model issued don't count. */
static bool is_closed(const struct model *model)
{
	for (size_t i = 0; i < model->account_count; i++)
		if (!model->accounts[i].issued)
			return true;
	return false;
}

static bool check_signed(struct exchange *exchange, const struct model_request *request,
	const char *service, struct refusal *refusal)
{
	const struct model *model = exchange->model;
	const struct account *account = exchange->caller;
	struct signature_check check = {
		.secret_key = account->secret_key,
		.session_token = account->session_token,
		.service = service,
		.now_ms = exchange->now_ms + (uint64_t)model->skew_ms,
		.behind_ms = model->options.skew_behind_ms,
		.ahead_ms = model->options.skew_ahead_ms,
	};

	if (strcmp(service, "s3") == 0)
		check.content_hash = header_value(request, "x-amz-content-sha256");
	return signature_check(request, &exchange->signature, &check, refusal);
}

bool identity_check(
	struct exchange *exchange, const struct model_request *request, const char *service)
{
	const struct model *model = exchange->model;
	const struct account *account = exchange->caller;
	struct refusal refusal;

	if (*exchange->access_key && !account && is_closed(model))
		return refuse(exchange, 403, "InvalidClientTokenId", "%s", token_invalid);
	if (model->options.check_signature) {
		if (!header_value(request, "Authorization"))
			return refuse(exchange, 403, "MissingAuthenticationToken",
				"Request is missing Authentication Token");
		if (!*exchange->access_key)
			return refuse(exchange, 400, "IncompleteSignature",
				"Authorization header requires 'Credential', 'Signature', "
				"'SignedHeaders' and 'X-Amz-Date'.");
		if (!account)
			return refuse(exchange, 403, "InvalidClientTokenId", "%s", token_invalid);
		if (!check_signed(exchange, request, service, &refusal))
			return refuse(exchange, refusal.status, refusal.code, "%s", refusal.text);
	}
	if (account && account->expires_ms && account->expires_ms <= exchange->now_ms)
		return refuse(exchange, 403, "ExpiredToken",
			"The security token included in the request is expired");
	return true;
}

char *identity_arn(const struct exchange *exchange)
{
	if (exchange->caller && exchange->caller->arn)
		return xstrdup(exchange->caller->arn);
	return xasprintf("arn:aws:iam::%s:user/model", exchange->account);
}

/* --- new keys --- */

static char *random_key(struct model *model)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	char key[21] = "ASIA";
	uint64_t random = model_random(model);
	uint64_t more = model_random(model);

	for (size_t i = 4; i < 20; i++)
		key[i] = letters[(i < 12 ? random : more) >> (i % 8 * 5) & 31];
	return xstrdup(key);
}

/* As long, and with such characters, as real ones have. */
static char *random_text(struct model *model, const char *start, const char *end)
{
	char hex[33];

	snprintf(hex, sizeof(hex), "%016llx%016llx", (unsigned long long)model_random(model),
		(unsigned long long)model_random(model));
	return xasprintf("%s%s%s", start, hex, end);
}

static struct account *issued_before(struct model *model, const char *access_key)
{
	for (size_t i = 0; access_key && i < model->account_count; i++)
		if (model->accounts[i].issued &&
			strcmp(model->accounts[i].access_key, access_key) == 0)
			return &model->accounts[i];
	return NULL;
}

const struct account *identity_issue(struct model *model, const struct issue *issue)
{
	struct account *account = issued_before(model, issue->access_key);

	if (!account) {
		GROW(model->accounts, model->account_size, model->account_count + 1);
		account = &model->accounts[model->account_count++];
		*account = (struct account){
			.access_key =
				issue->access_key ? xstrdup(issue->access_key) : random_key(model),
			.secret_key = random_text(model, "model/", "+s"),
			.session_token = random_text(model, "IQoJb3JpZ2luX2VjE//", "+/model=="),
			.issued = true,
		};
	}
	replace_text(&account->id, issue->account);
	replace_text(&account->arn, issue->arn);
	replace_text(&account->user_id, issue->user_id);
	replace_text(&account->role_arn, issue->role_arn);
	account->expires_ms = issue->lifetime_ms ? model->now_ms + issue->lifetime_ms : 0;
	return account;
}

void issued_expire(struct model *model)
{
	for (size_t i = 0; i < model->account_count; i++)
		if (model->accounts[i].issued)
			model->accounts[i].expires_ms = 1;
}

void issued_done(struct model *model)
{
	for (size_t i = 0; i < model->account_count; i++) {
		struct account *account = &model->accounts[i];

		free(account->access_key);
		free(account->secret_key);
		free(account->session_token);
		free(account->id);
		free(account->arn);
		free(account->user_id);
		free(account->role_arn);
	}
	free(model->accounts);
}
