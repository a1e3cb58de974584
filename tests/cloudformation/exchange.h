/* One request on its way: what was asked, and the reply that grows. */
#pragma once

#include "cloudformation/signature.h"
#include "cloudformation/state.h"

struct exchange {
	struct model *model;
	uint64_t now_ms;
	struct pairs fields;
	const char *action;
	const char *service; /* "cloudformation", "sts", "s3", "metadata" */
	const char *host;    /* that was asked for */
	const char *account, *region, *access_key;
	struct signature signature;   /* as sent; empty: none */
	const struct account *caller; /* whose key it is; NULL: nobody's */
	char *request_id;
	int status;
	const char *code; /* "" on success */
	char *message;
	struct text result;   /* what goes between <XResult> and </XResult>; raw: the whole body */
	const char *raw_type; /* the body's media type, where it is raw; NULL: it isn't */
	struct pairs headers; /* more of them */
	bool effect;
	bool malformed; /* play a body that is no XML */
};

/* Fails the exchange; returns false. */
bool refuse(struct exchange *exchange, int status, const char *code, const char *format, ...)
	FORMAT(4, 5);
bool invalid(struct exchange *exchange, const char *format, ...)
	FORMAT(2, 3); /* a ValidationError, status 400 */

const char *field(const struct exchange *exchange, const char *name); /* NULL: absent */

/* One page of a list: items come from newest to oldest or in order, and each has a number. */
struct page {
	uint64_t after; /* number of the last item of the page before; 0: none */
	unsigned left;
	uint64_t last;
};

/* Reads NextToken; false where it is none of ours. */
bool page_begin(struct exchange *exchange, unsigned size, struct page *page);
/* False: the page is full, and NextToken goes into `more`. */
bool page_take(struct page *page, uint64_t number);
void page_end(struct exchange *exchange, bool more, const struct page *page);

/* The actions. Each answers into exchange->result, or fails the exchange. */
typedef void action_handler(struct exchange *exchange);

action_handler create_stack, update_stack, delete_stack, describe_stacks, list_stacks;
action_handler describe_events, describe_stack_events, describe_stack_resources,
	describe_stack_resource;
action_handler list_stack_resources, get_template, get_template_summary, validate_template;
action_handler create_change_set, describe_change_set, execute_change_set, delete_change_set;
action_handler list_change_sets, list_exports, list_imports;
action_handler get_caller_identity, assume_role, assume_role_with_web_identity;
action_handler cancel_update_stack, continue_update_rollback, rollback_stack;
action_handler update_termination_protection, set_stack_policy, get_stack_policy;

/* The table of actions. */
struct action {
	const char *name;
	action_handler *handler;
	const char *required; /* fields, with a blank between */
	bool has_result;      /* else no <XResult> at all, not even an empty one */
	bool is_sts;
	bool is_open; /* no signature is needed */
};
const struct action *action_find(const char *name); /* NULL: unknown */

/* The whole body of the reply. */
void exchange_render(const struct exchange *exchange, struct text *body);
