#include "stack/guard.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum {
	NAMED = 3,        /* reasons */
	REMARKED = 10,    /* sentences */
	NAME_SHOWN = 255, /* of an id or a type, as long as CloudFormation allows */
};

/* A resource that goes, as a whole or for a new one. */
struct loss {
	const struct change *change;
	bool removal; /* else a replacement */
	bool certain;
	bool kept;                         /* it goes from the stack only */
	const char *holds;                 /* what makes it stateful; NULL: it is not */
	const struct guard_output *output; /* the first that it is behind; NULL: none */
	size_t more_outputs;
};

static bool is(const char *text, const char *word)
{
	return text && strcmp(text, word) == 0;
}

/* What is behind these is not in the set: a nested stack's changes are in a set of their own, and
 * a custom resource's provider alone knows. Changing them is their daily bread. */
static bool is_opaque(const char *type)
{
	return is(type, "AWS::CloudFormation::Stack") ||
	       is(type, "AWS::CloudFormation::CustomResource") || text_starts(type, "Custom::");
}

static bool is_kept(const char *policy, bool removal)
{
	return removal ? is(policy, "Retain") || is(policy, "RetainExceptOnCreate")
		       : is(policy, "ReplaceAndRetain");
}

/* False: whatever it does, the resource stays. An action or a replacement that is newer than this
 * program may do anything. */
static bool is_loss(const struct change *change, struct loss *loss)
{
	const char *replacement = change->replacement;
	const char *policy = change->policy_action ? change->policy_action : "";
	bool modifies = is(change->action, "Modify") || is(change->action, "SyncWithActual");

	if (is(change->action, "Add") || is(change->action, "Import"))
		return false;
	loss->change = change;
	loss->removal = is(change->action, "Remove");
	loss->certain =
		loss->removal ||
		(modifies && (is(replacement, "True") || text_starts(policy, "ReplaceAnd")));
	if (modifies && is(replacement, "Conditional"))
		loss->certain = false;
	else if (modifies && !loss->certain && (!replacement || is(replacement, "False")))
		return false;
	loss->kept = is_kept(policy, loss->removal);
	loss->holds = guard_stateful(change->type);
	return true;
}

/* "Network.Cluster" is within "Network". */
static bool is_within(const char *id, const char *nested)
{
	size_t length = strlen(nested);

	return length && strncmp(id, nested, length) == 0 && id[length] == '.';
}

static void find_outputs(const struct guard_input *input, struct loss *loss)
{
	const char *id = loss->change->logical_id;

	for (size_t i = 0; i < input->output_count; i++) {
		const struct guard_output *output = &input->outputs[i];

		if (strcmp(output->resource, id) != 0 && !is_within(id, output->resource))
			continue;
		if (loss->output)
			loss->more_outputs++;
		else
			loss->output = output;
	}
}

static bool holds_back(const struct guard_input *input, const struct loss *loss)
{
	if (loss->kept || input->guard == GUARD_NONE)
		return false;
	if (input->guard == GUARD_ALL || input->stranger || loss->output)
		return true;
	return loss->holds && (loss->certain || !is_opaque(loss->change->type));
}

/* What is lost before what is kept, what is grave before the rest, what is certain before what may
 * be. */
static int rank(const struct loss *loss)
{
	return (loss->kept ? 4 : 0) + (loss->holds || loss->output ? 0 : 2) +
	       (loss->certain ? 0 : 1);
}

static int by_gravity(const void *a, const void *b)
{
	const struct loss *left = a, *right = b;

	if (rank(left) != rank(right))
		return rank(left) - rank(right);
	return strcmp(left->change->logical_id, right->change->logical_id);
}

static void add_reason(struct text *text, const struct loss *loss)
{
	const struct change *change = loss->change;
	const struct guard_output *output = loss->output;

	text_format(text, "%s %s ", loss->certain ? "would" : "may",
		loss->removal ? "remove" : "replace");
	text_add_cut(text, change->logical_id, NAME_SHOWN);
	text_add(text, " (");
	text_add_cut(text, change->type, NAME_SHOWN);
	text_add_char(text, ')');
	if (!output)
		return;
	bool within = strcmp(output->resource, change->logical_id) != 0;

	text_format(text, ", %sbehind output ", within ? "perhaps " : "");
	text_add_cut(text, output->output, NAME_SHOWN);
	text_format(text, " that %s uses", output->user);
	if (loss->more_outputs)
		text_format(text, " (one of %zu such uses)", loss->more_outputs + 1);
}

/* How to change what others use, told once for all. */
static void add_advice(struct text *text, const struct loss *losses, size_t count)
{
	const char *user = NULL;
	bool several = false, replaces = false;

	for (size_t i = 0; i < count; i++) {
		if (!losses[i].output)
			continue;
		several = several || losses[i].more_outputs ||
			  (user && strcmp(user, losses[i].output->user) != 0);
		replaces = replaces || !losses[i].removal;
		user = losses[i].output->user;
	}
	if (!user)
		return;
	user = several ? "all that use it" : user;
	if (replaces)
		text_format(text,
			"; in two steps: first add the new one beside it and let %s use that, then "
			"remove the old one",
			user);
	else
		text_format(
			text, "; in two steps: first let %s do without it, then remove it", user);
}

static void add_remark(struct texts *remarks, size_t *told, const char *sentence)
{
	if (++*told <= REMARKED)
		texts_add(remarks, sentence);
}

static void remark(struct texts *remarks, size_t *told, const struct loss *loss)
{
	AUTO_DONE(text_done) struct text text = {0};
	const char *policy = loss->change->policy_action;

	if (!loss->kept && !loss->holds)
		return;
	if (loss->kept && !loss->removal)
		text_add(&text, "the old ");
	text_add_cut(&text, loss->change->logical_id, NAME_SHOWN);
	if (loss->kept) {
		text_format(&text, " is kept (%s)", policy);
	} else {
		text_format(&text, " %s that a %s %s", loss->holds,
			loss->removal ? "removal" : "replacement",
			loss->certain ? "loses" : "would lose");
		if (is(policy, "Snapshot") || is(policy, "ReplaceAndSnapshot"))
			text_format(&text, "; a snapshot is taken (%s)", policy);
	}
	add_remark(remarks, told, text_string(&text));
}

/* All that goes, with what holds the changes back in front. */
static struct loss *find_losses(const struct guard_input *input, size_t *held, size_t *count)
{
	struct loss *losses = xcalloc(input->change_count + 1, sizeof(*losses));
	struct loss *rest = xcalloc(input->change_count + 1, sizeof(*rest));
	size_t rest_count = 0;

	*held = 0;
	for (size_t i = 0; i < input->change_count; i++) {
		struct loss loss = {0};

		if (!is_loss(&input->changes[i], &loss))
			continue;
		find_outputs(input, &loss);
		if (holds_back(input, &loss))
			losses[(*held)++] = loss;
		else
			rest[rest_count++] = loss;
	}
	qsort(losses, *held, sizeof(*losses), by_gravity);
	qsort(rest, rest_count, sizeof(*rest), by_gravity);
	if (rest_count)
		memcpy(losses + *held, rest, rest_count * sizeof(*rest));
	free(rest);
	*count = *held + rest_count;
	return losses;
}

static void add_reasons(
	struct text *text, const struct guard_input *input, const struct loss *losses, size_t held)
{
	bool unread = input->unread && input->guard != GUARD_NONE;
	size_t room = unread ? NAMED - 1 : NAMED;

	if (unread) {
		text_add(text, "can't see what would change in ");
		text_add_cut(text, input->unread, NAME_SHOWN);
	}
	for (size_t i = 0; i < held && i < room; i++) {
		if (text->length)
			text_add(text, "; ");
		add_reason(text, &losses[i]);
	}
	if (held > room)
		text_format(text, "; and %zu more", held - room);
	add_advice(text, losses, held);
}

char *guard_judge(const struct guard_input *input, struct texts *remarks)
{
	AUTO_DONE(text_done) struct text text = {0};
	size_t held, count, told = 0;
	struct loss *losses = find_losses(input, &held, &count);

	add_reasons(&text, input, losses, held);
	if (input->stranger && held)
		add_remark(remarks, &told,
			"stackd did not create this stack: each removal and replacement is asked "
			"for until its first update by stackd has completed");
	for (size_t i = 0; i < count; i++)
		remark(remarks, &told, &losses[i]);
	if (told > REMARKED) {
		AUTO(free_text) char *more = xasprintf("and %zu more", told - REMARKED);

		texts_add(remarks, more);
	}
	free(losses);
	return text.length ? text_take(&text) : NULL;
}

static int compare_texts(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) : !!a - !!b;
}

/* The order of the fields that are approved. */
static int by_fields(const void *a, const void *b)
{
	const struct change *left = *(const struct change *const *)a;
	const struct change *right = *(const struct change *const *)b;
	int order = strcmp(left->action, right->action);

	order = order ? order : strcmp(left->logical_id, right->logical_id);
	order = order ? order : strcmp(left->type, right->type);
	order = order ? order : compare_texts(left->replacement, right->replacement);
	return order ? order : compare_texts(left->policy_action, right->policy_action);
}

struct digest guard_digest(const char *stack_id, const char *updated, const struct digest *desired,
	const char *request, const struct change *changes, size_t count)
{
	const struct change **sorted = xcalloc(count + 1, sizeof(const struct change *));
	char hex[DIGEST_HEX_SIZE] = "";
	struct digest_stream stream;

	if (desired)
		digest_hex(desired, hex, DIGEST_HEX_SIZE - 1);
	for (size_t i = 0; i < count; i++)
		sorted[i] = &changes[i];
	qsort(sorted, count, sizeof(const struct change *), by_fields);
	digest_begin(&stream);
	digest_field(&stream, stack_id);
	digest_field(&stream, updated);
	digest_field(&stream, desired ? hex : NULL);
	digest_field(&stream, request);
	for (size_t i = 0; i < count; i++) {
		digest_field(&stream, sorted[i]->action);
		digest_field(&stream, sorted[i]->logical_id);
		digest_field(&stream, sorted[i]->type);
		digest_field(&stream, sorted[i]->replacement);
		digest_field(&stream, sorted[i]->policy_action);
	}
	free(sorted);
	return digest_end(&stream);
}
