/* Reads what a CreateStack, UpdateStack or CreateChangeSet submits, with all checks that AWS does
 * before it accepts anything. */
#pragma once

#include "cloudformation/exchange.h"
#include "cloudformation/stacks.h"

/* A whole deployment: what was omitted is taken from the live one where `is_update`. stack has to
 * have its name and id already. NULL: refused. The caller frees it, or hands it to the stack. */
struct deployment *submission_read(
	struct exchange *exchange, const struct stack *stack, bool is_update);

struct submission {
	const struct deployment *deployment;
	enum transition_mode mode;
	bool nested_seen;                   /* a preview that looks into nested stacks, too */
	const struct pairs *imported;       /* logical id -> physical id; NULL: none */
	const struct change_set *executing; /* NULL: none */
};

/* The transition from what lives to this deployment. False: refused. */
bool submission_plan(struct exchange *exchange, const struct stack *stack,
	const struct submission *submission, struct transition *out);

/* The same, in whatever order. */
bool tags_equal(const struct pairs *a, const struct pairs *b);

/* Whether anything but resources and outputs differs: tags, notifications, role. */
bool deployment_differs(const struct deployment *a, const struct deployment *b);

/* The template's text, by TemplateBody or TemplateURL; NULL: refused. Borrowed. */
const char *submitted_template(struct exchange *exchange);
struct blueprint *submitted_blueprint(struct exchange *exchange, const char *body);
