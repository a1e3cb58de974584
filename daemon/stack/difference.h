/* What would be sent for a stack, and how that differs from what is live. Pure comparing, in the
 * rules of design.md, "Comparing": parameters as text, lists trimmed around commas, NoEcho by HMAC,
 * templates by the digest of their canonical form. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/desired.h"
#include "stack/live.h"

enum value_origin { VALUE_LITERAL, VALUE_OUTPUT, VALUE_SOURCE, VALUE_PRESET };

/* One for each parameter that the template declares, in its order. */
struct wanted_value {
	const struct template_parameter *declared;
	enum value_origin origin;
	char *value; /* perhaps a secret; VALUE_PRESET: the template's Default, which is not sent */
	char *from;  /* for people: "output Url of queue"; NULL: none */
};

/* All that a request for the stack would hold. */
struct wanted {
	struct wanted_value *values;
	size_t count;
};

void wanted_done(struct wanted *wanted);

/* True where the value must not be shown: NoEcho, or from a credential, variable or file. */
bool wanted_value_secret(const struct wanted_value *value);

/* A digest of all that one request can bring about: template (where it is behind a URL: that),
 * parameters, capabilities, and, where the manifest has them, tags, notification ARNs, role,
 * on-failure and timeout. Secrets enter through HMAC with the key. Termination protection and stack
 * policy are no part of it. */
struct digest wanted_digest(
	const struct desired_stack *desired, const struct wanted *wanted, const uint8_t key[32]);

/* The HMACs (hex) of the NoEcho values, by parameter: what difference_find() is given later. */
void wanted_secrets(const struct wanted *wanted, const uint8_t key[32], struct pairs *out);

struct difference_input {
	const struct desired_stack *desired;
	const struct wanted *wanted;
	const struct live *live;
	const struct pairs *secrets; /* HMACs of what is live; NULL: not known */
	const uint8_t *key;          /* 32 bytes */
	bool template_known;         /* then the next two say what is live */
	struct digest template_canonical;
	const char *template_names; /* "Resources.Queue"; NULL: not known */
};

enum difference_kind {
	DIFFERENCE_NONE,
	DIFFERENCE_FOUND,
	DIFFERENCE_UNREAD, /* nothing else differs; the live template was not read */
	DIFFERENCE_UNSURE, /* nothing else differs; a NoEcho value, or what is behind a URL, may */
};

/* *reason: what differs, "parameter A: 1 -> 2; template: Resources.Queue; tag Team: a -> none"; the
 * caller frees it. NULL for NONE and UNREAD. Tags, role and notification ARNs are compared only
 * where the manifest has them; protection_difference() and the policy are the engine's to ask. */
enum difference_kind difference_find(const struct difference_input *input, char **reason);

/* "termination protection: off -> on"; NULL: no difference, or the manifest says nothing of it. The
 * caller frees it. */
char *protection_difference(const struct desired_stack *desired, const struct live *live);

/* The digest of a stack policy's meaning, as template_canonical() is of a template's: formatting
 * and the order of members don't count. A text that does not parse gives the digest of its bytes.
 */
struct digest policy_canonical(const char *bytes, size_t length);
