/* Which changes a person has to approve first, and the digest that names what is approved
 * (design.md, "Changing"; manifest.md, `guard`). Pure: it is given what is to happen. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/pairs.h"
#include "stack/change.h"
#include "stack/settings.h"

enum { GUARD_DIGEST_SHOWN = 12 }; /* hex digits that people see and type */

/* What resources of this type hold that can't be made anew ("holds items"); NULL: nothing. Nested
 * stacks and custom resources hold something, too: what is behind them is not known. */
const char *guard_stateful(const char *type);

/* Rows of its table; a type that ends in "*" stands for all that begin like it. False behind the
 * last row. */
bool guard_row(size_t index, const char **type, const char **holds);

/* An output that a manifest uses, and a resource that its value comes from. Where that is a nested
 * stack, any resource in there may be the one. */
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
	/* logical id of a nested stack whose changes can't be read; NULL: none */
	const char *unread;
};

/* Why the changes have to be approved: "would replace Table (AWS::DynamoDB::Table); may remove
 * ...", the gravest first, at most three of them, then "; and 4 more", and how to go about an
 * output that others use. NULL: they may go ahead. The caller frees it.
 *
 * Adds to *remarks what is worth knowing beside that, sentences without a full stop: what is lost,
 * what is kept though it is removed or replaced (both also where guard is `none`), why a stranger's
 * changes are held. At most ten, and one that says how many more there are. */
char *guard_judge(const struct guard_input *input, struct texts *remarks);

/* Names what is approved: the stack as it is, what is wanted, and the changes in any order. updated
 * and desired may be NULL; without a change set, changes is NULL and count 0, and `request` says
 * what is asked for ("create", "delete"). */
struct digest guard_digest(const char *stack_id, const char *updated, const struct digest *desired,
	const char *request, const struct change *changes, size_t count);
