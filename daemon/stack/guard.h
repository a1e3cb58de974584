/* Which changes a person has to approve first, and the digest that names what is approved
 * (design.md, "Changing"; manifest.md, `guard`). Pure: it is given what is to happen. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "stack/change.h"
#include "stack/settings.h"

enum { GUARD_DIGEST_SHOWN = 12 }; /* hex digits that people see and type */

/* Why resources of this type hold what can't be made anew ("holds data"); NULL: they don't.
 * Nested stacks and custom resources have a reason, too: what is behind them is not known. */
const char *guard_stateful(const char *type);

/* An output that a manifest uses, and a resource that its value comes from. */
struct guard_output {
	const char *resource; /* logical id */
	const char *output;
	const char *user; /* the manifest that uses it */
};

struct guard_input {
	enum guard guard;
	bool stranger; /* not created by stackd, and no update by stackd completed yet */
	const struct change *changes; /* of the set and of all nested sets */
	size_t change_count;
	const struct guard_output *outputs;
	size_t output_count;
	const char
		*unread; /* logical id of a nested stack whose changes can't be read; NULL: none */
};

/* Why the changes have to be approved, "would replace Table (AWS::DynamoDB::Table), which holds
 * data"; at most three are named, then "and 4 more". NULL: they may go ahead. What is removed or
 * replaced but kept (PolicyAction Retain, ReplaceAndRetain) is no reason, but named in *kept, a
 * sentence without a full stop (NULL: nothing is). The caller frees both. */
char *guard_judge(const struct guard_input *input, char **kept);

/* Names what is approved: the stack as it is, what is wanted, and the changes in any order. updated
 * may be NULL; without a change set, changes is NULL and count 0, and `request` says what is asked
 * for ("create", "delete"). */
struct digest guard_digest(const char *stack_id, const char *updated, const struct digest *desired,
	const char *request, const struct change *changes, size_t count);
