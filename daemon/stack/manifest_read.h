/* How the keys of a manifest are read. For manifest*.c only.
 *
 * A reader looks at one value and says what is wrong with it; it never stops the others. */
#pragma once

#include "stack/manifest.h"

struct fault {
	unsigned line, column;
	char *text;
};

struct reading {
	struct manifest *manifest;
	bool kind_broken; /* then nothing else is said about the kind */
	struct fault faults[PROBLEMS_LIMIT];
	size_t fault_count;
};

struct key {
	const char *name;
	void (*read)(struct reading *reading, const struct key *key, const struct node *value);
	const char *const *words; /* of those with a choice: NULL at the end */
};

void read_fault(struct reading *reading, const struct node *at, const char *format, ...)
	FORMAT(3, 4);

/* "expected WHAT after 'KEY:', found ...". Shows the text only where it can be no secret. */
void read_unexpected(
	struct reading *reading, const char *key, const char *what, const struct node *found);

/* The value's text where it is text, else NULL and a fault: "expected WHAT after 'KEY:'". */
const char *read_text(
	struct reading *reading, const char *key, const char *what, const struct node *value);

/* True for a list of text; faults for all in it that is none, or comes twice. */
bool read_text_list(
	struct reading *reading, const char *key, const char *what, const struct node *value);

/* Index of the word, or -1 and a fault with the nearest word. */
int read_word(struct reading *reading, const struct key *key, const struct node *value);

/* A reference in a value: adds an edge, or a fault. */
void read_reference(
	struct reading *reading, enum edge_kind kind, const char *key, const struct node *value);

/* The edge of this kind with this text; made where there is none. */
size_t read_edge(
	struct reading *reading, enum edge_kind kind, const char *text, const struct node *at);

void read_parameters(struct reading *reading, const struct key *key, const struct node *value);

/* --- manifest_options.c --- */

void read_apply(struct reading *reading, const struct key *key, const struct node *value);
void read_guard(struct reading *reading, const struct key *key, const struct node *value);
void read_on_removal(struct reading *reading, const struct key *key, const struct node *value);
void read_on_failure(struct reading *reading, const struct key *key, const struct node *value);
void read_dedicated(struct reading *reading, const struct key *key, const struct node *value);
void read_follow_ssm(struct reading *reading, const struct key *key, const struct node *value);
void read_protection(struct reading *reading, const struct key *key, const struct node *value);
void read_tags(struct reading *reading, const struct key *key, const struct node *value);
void read_topics(struct reading *reading, const struct key *key, const struct node *value);
void read_role(struct reading *reading, const struct key *key, const struct node *value);
void read_minutes(struct reading *reading, const struct key *key, const struct node *value);
void read_policy_path(struct reading *reading, const struct key *key, const struct node *value);
void read_template_url(struct reading *reading, const struct key *key, const struct node *value);
void read_assume_role(struct reading *reading, const struct key *key, const struct node *value);
void read_external_id(struct reading *reading, const struct key *key, const struct node *value);
