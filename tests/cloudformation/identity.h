/* Who sends a request: keys that a scenario gave, and those that the model issued itself. */
#pragma once

#include "cloudformation/exchange.h"

/* Fills in what the signature says: access key, account, region. */
void identity_read(struct exchange *exchange, const struct model_request *request);

/* The same of a key that needs no signature; borrowed. */
void identity_assume(struct exchange *exchange, const char *access_key);

/* False: refused. `service` is what the signature has to be for. */
bool identity_check(
	struct exchange *exchange, const struct model_request *request, const char *service);

/* "arn:aws:iam::111111111111:user/model", or a role's session; the caller frees it. */
char *identity_arn(const struct exchange *exchange);

struct issue {
	const char *account;
	const char *access_key;               /* the same each time; NULL: another one each time */
	const char *arn, *user_id, *role_arn; /* of a role's session; may be NULL */
	uint64_t lifetime_ms;                 /* 0: for ever */
};

/* New keys; borrowed until the next ones. */
const struct account *identity_issue(struct model *model, const struct issue *issue);

const struct account *identity_find(const struct model *model, const char *access_key);
void issued_expire(struct model *model); /* all that were issued so far, now */
void issued_done(struct model *model);
