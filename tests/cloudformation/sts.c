/* STS: who somebody is, and keys for roles. */
#include <ctype.h>
#include <string.h>

#include "cloudformation/identity.h"
#include "cloudformation/xml.h"

enum {
	DURATION_MIN = 900, /* seconds, all of them */
	DURATION_USUAL = 3600,
	DURATION_MAX = 43200,
	CHAINED_MAX = 3600,
	SESSION_NAME_MIN = 2,
	SESSION_NAME_MAX = 64,
};

void get_caller_identity(struct exchange *exchange)
{
	const struct account *caller = exchange->caller;
	AUTO(free_text) char *arn = identity_arn(exchange);

	xml_text(&exchange->result, "Arn", arn);
	xml_text(&exchange->result, "UserId",
		caller && caller->user_id ? caller->user_id : "AIDAMODELMODELMODEL01");
	xml_text(&exchange->result, "Account", exchange->account);
}

/* --- what both ways to a role have in common --- */

static const struct role *find_role(const struct exchange *exchange)
{
	const struct model *model = exchange->model;

	for (size_t i = model->role_count; i-- > 0;)
		if (strcmp(model->roles[i].arn, field(exchange, "RoleArn")) == 0)
			return &model->roles[i];
	return NULL;
}

/* arn:aws:iam::111111111111:role/path/name */
static char *account_of(const char *arn)
{
	for (int colons = 0; colons < 4; colons++) {
		arn = strchr(arn, ':');
		if (!arn)
			return xstrdup("");
		arn++;
	}
	return xstrndup(arn, strcspn(arn, ":"));
}

static bool is_session_name(const char *name)
{
	size_t length = strlen(name);

	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("_+=,.@-", *name))
			return false;
	return length >= SESSION_NAME_MIN && length <= SESSION_NAME_MAX;
}

static bool check_fields(struct exchange *exchange)
{
	const char *arn = field(exchange, "RoleArn");
	const char *session = field(exchange, "RoleSessionName");
	const char *external = field(exchange, "ExternalId");

	if (!text_starts(arn, "arn:") || !strstr(arn, ":role/"))
		return invalid(exchange, "%s is invalid", arn);
	if (!is_session_name(session))
		return invalid(exchange,
			"1 validation error detected: Value '%s' at 'roleSessionName' failed to "
			"satisfy constraint: Member must satisfy regular expression pattern: "
			"[\\w+=,.@-]*",
			session);
	if (external && (strlen(external) < 2 || strlen(external) > 1224))
		return invalid(exchange,
			"1 validation error detected: Value '%s' at 'externalId' failed to satisfy "
			"constraint: Member must have length greater than or equal to 2",
			external);
	return true;
}

/* 0: refused. */
static unsigned read_duration(struct exchange *exchange, const struct role *role)
{
	const char *text = field(exchange, "DurationSeconds");
	unsigned long duration = text ? strtoul(text, NULL, 10) : DURATION_USUAL;
	bool chained = exchange->caller && exchange->caller->role_arn;
	unsigned most = role->duration ? role->duration : DURATION_MAX;

	if (duration < DURATION_MIN || duration > DURATION_MAX)
		invalid(exchange,
			"1 validation error detected: Value '%s' at 'durationSeconds' failed to "
			"satisfy constraint: Member must have value %s than or equal to %d",
			text, duration < DURATION_MIN ? "greater" : "less",
			duration < DURATION_MIN ? DURATION_MIN : DURATION_MAX);
	else if (chained && duration > CHAINED_MAX)
		invalid(exchange, "The requested DurationSeconds exceeds the 1 hour session limit "
				  "for roles assumed by role chaining.");
	else if (duration > most)
		invalid(exchange, "The requested DurationSeconds exceeds the MaxSessionDuration "
				  "set for this role.");
	else
		return (unsigned)duration;
	return 0;
}

static void add_session(struct exchange *exchange, const struct account *account)
{
	struct text *out = &exchange->result;
	char expiration[TIME_TEXT_SIZE];

	time_text(account->expires_ms + (uint64_t)exchange->model->skew_ms, expiration);
	/* STS gives whole seconds. */
	memcpy(strchr(expiration, '.'), "Z", 2);
	xml_open(out, "Credentials");
	xml_text(out, "AccessKeyId", account->access_key);
	xml_text(out, "SecretAccessKey", account->secret_key);
	xml_text(out, "SessionToken", account->session_token);
	xml_text(out, "Expiration", expiration);
	xml_close(out, "Credentials");
	xml_open(out, "AssumedRoleUser");
	xml_text(out, "AssumedRoleId", account->user_id);
	xml_text(out, "Arn", account->arn);
	xml_close(out, "AssumedRoleUser");
}

static void hand_out(struct exchange *exchange, const struct role *role, unsigned duration)
{
	const char *session = field(exchange, "RoleSessionName");
	AUTO(free_text) char *account = account_of(role->arn);
	AUTO(free_text) char *partition = xstrndup(role->arn + 4, strcspn(role->arn + 4, ":"));
	AUTO(free_text)
	char *arn = xasprintf("arn:%s:sts::%s:assumed-role/%s/%s", partition, account,
		strrchr(role->arn, '/') + 1, session);
	AUTO(free_text) char *user_id = xasprintf("AROAMODELMODELMODEL01:%s", session);
	struct issue issue = {
		.account = account,
		.access_key = role->access_key,
		.arn = arn,
		.user_id = user_id,
		.role_arn = role->arn,
		.lifetime_ms =
			role->expires_in_ms ? role->expires_in_ms : (uint64_t)duration * 1000,
	};

	add_session(exchange, identity_issue(exchange->model, &issue));
}

/* --- the two ways --- */

static bool trusts(const struct exchange *exchange, const struct role *role)
{
	AUTO(free_text) char *arn = identity_arn(exchange);
	AUTO(free_text) char *root = xasprintf("arn:aws:iam::%s:root", exchange->account);
	const struct account *caller = exchange->caller;

	return !role->principals.count || texts_have(&role->principals, exchange->account) ||
	       texts_have(&role->principals, root) || texts_have(&role->principals, arn) ||
	       (caller && caller->role_arn && texts_have(&role->principals, caller->role_arn));
}

void assume_role(struct exchange *exchange)
{
	const struct role *role = find_role(exchange);
	const char *external = field(exchange, "ExternalId");
	AUTO(free_text) char *arn = identity_arn(exchange);

	if (!check_fields(exchange))
		return;
	/* Neither does AWS tell which of these it was. */
	if (!role || role->web_identity_token || !trusts(exchange, role) ||
		texts_have(&exchange->model->bad_roles, role->arn) ||
		(role->external_id && !text_same(role->external_id, external))) {
		refuse(exchange, 403, "AccessDenied",
			"User: %s is not authorized to perform: sts:AssumeRole on resource: %s",
			arn, field(exchange, "RoleArn"));
		return;
	}
	unsigned duration = read_duration(exchange, role);

	if (duration)
		hand_out(exchange, role, duration);
}

void assume_role_with_web_identity(struct exchange *exchange)
{
	const struct role *role = find_role(exchange);
	unsigned duration = 0;

	if (!check_fields(exchange))
		return;
	if (!role || !role->web_identity_token)
		refuse(exchange, 403, "AccessDenied",
			"Not authorized to perform sts:AssumeRoleWithWebIdentity");
	else if (strcmp(role->web_identity_token, field(exchange, "WebIdentityToken")) != 0)
		refuse(exchange, 400, "InvalidIdentityToken",
			"The ID Token provided is not a valid JWT. (You may see this error if you "
			"sent an Access Token)");
	else
		duration = read_duration(exchange, role);
	if (!duration)
		return;
	hand_out(exchange, role, duration);
	xml_text(&exchange->result, "SubjectFromWebIdentityToken", "model");
	xml_text(&exchange->result, "Audience", "sts.amazonaws.com");
	xml_text(&exchange->result, "Provider", "arn:aws:iam::111111111111:oidc-provider/model");
}
