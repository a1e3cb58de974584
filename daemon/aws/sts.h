/* STS's two ways to a role: the forms that ask, and the replies. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "aws/recipe.h"
#include "base/text.h"

/* Of the sessions that a daemon begins: in CloudTrail it tells one from the other, by its Owner=
 * where that was set, or else by its host. The caller frees it. */
char *sts_session_name(const char *owner, const char *host);

/* `session_name` is for roles that name none. With `token`, AssumeRoleWithWebIdentity, which is
 * sent unsigned. */
void sts_form(
	const struct role *role, const char *session_name, const char *token, struct text *form);

/* Reads one answer with its HTTP status. False with an error that says what to do: ERROR_DENIED, or
 * ERROR_TRANSIENT and ERROR_THROTTLED where the same may go well later. *keys is zeroed before. */
bool sts_reply(int status, const char *body, size_t length, struct credentials *keys,
	uint64_t *expires_ms, struct error *e);

/* It was refused for the keys that signed it: they have expired, or AWS knows them no more. */
bool sts_refuses_keys(const char *body, size_t length);

/* An error's code and message, for session_skew(); both "" where it has none. The caller frees
 * both.
 */
void sts_refusal(const char *body, size_t length, char **code, char **message);
