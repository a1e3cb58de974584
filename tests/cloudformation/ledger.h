/* The ledger and the transcript: what tests judge by. And the tokens, which are the service's own
 * memory of what it accepted. */
#pragma once

#include "cloudformation/exchange.h"

/* Enters what was accepted; returns the entry's number. stack may be NULL. */
size_t ledger_add(struct exchange *exchange, const struct stack *stack, const char *change_set);
/* The execution of a change set, entered with what was proposed by it. */
void ledger_executed(struct model *model, size_t entry, size_t proposal);
/* What the transition of a stack takes away, those nested in it included. */
void ledger_losses(struct model *model, size_t entry, const struct stack *stack,
	const struct transition *transition);
/* What was put into a bucket. */
void ledger_object(struct exchange *exchange, const struct object *object);
void ledger_changed(struct model *model, size_t entry);
void ledger_end(struct model *model, size_t entry, uint64_t now_ms, const char *result);

void transcript_add(const struct exchange *exchange, const struct model_reply *reply);

/* A digest of what was submitted; `all`: with names, tokens and action, too. */
struct digest submitted_digest(const struct pairs *fields, bool all);

/* True: the token was used before, and the exchange is answered (or refused) accordingly. */
bool token_seen(struct exchange *exchange, const char *field_name);
/* After the exchange was answered: the same request with this token gets the same answer. */
void token_keep(struct exchange *exchange, const char *field_name, const struct stack *stack);

void ledger_done(struct model *model);
