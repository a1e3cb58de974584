/* A template as it will be sent, and what stackd needs to know of it. Immutable. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/document.h"
#include "base/error.h"
#include "base/pairs.h"

enum { TEMPLATE_BODY_LIMIT = 51200 }; /* bytes in one request; fact sheet §6.3 */

struct template_parameter {
	char *name;
	char *type;
	char *preset; /* Default, as text; NULL: none */
	bool no_echo;
	unsigned line, column;
};

/* An ECS task definition without a task role: what runs in it has the rights of its machine. */
struct template_roleless {
	char *name;
	unsigned line, column;
};

struct template
{
	char *body; /* what is sent; NULL: behind a URL, see template_from_summary() */
	size_t body_length;
	bool large;              /* body has to be uploaded: it is over TEMPLATE_BODY_LIMIT */
	struct digest canonical; /* of the canonical form of body, see template_canonical() */
	struct template_parameter *parameters; /* in the template's order */
	size_t parameter_count;
	struct texts outputs;               /* logical names of the outputs */
	bool more_outputs;                  /* a transform or function may add some */
	bool has_resources;                 /* or a transform, which may add them */
	struct template_roleless *roleless; /* in the template's order */
	size_t roleless_count, roleless_size;
};

/* Looks up an included file: "@file://" paths, already joined with the including file's folder and
 * normalised. Returns false where it is not at hand (the builder then asks the world for it), or
 * with an error where it can't be read. *bytes is borrowed. */
typedef bool template_include(
	void *owner, const char *path, const char **bytes, size_t *length, struct error *e);

/* Reads a template: AutoStacker24's dialect where the first line says so, else byte for byte.
 * `path` names the file in errors and is what includes are relative to; `inner_line` is added to
 * line numbers (0, or where a block scalar of a manifest begins). The error's text begins with
 * "PATH:LINE:COLUMN: ". White space goes from JSON only where that makes it fit
 * TEMPLATE_BODY_LIMIT; over TEMPLATE_LIMIT (document.h) is an error. */
struct template *template_parse(const char *path, const char *bytes, size_t length,
	unsigned inner_line, template_include *include, void *owner, struct error *e);

/* The same from a text inside a manifest, whose bytes tell lines and columns. */
struct template *template_from_text(const char *path, const struct node *scalar, const char *bytes,
	size_t length, template_include *include, void *owner, struct error *e);

/* From a map inside a manifest: sent as JSON, typed as in AutoStacker24's YAML. */
struct template *template_from_node(const char *path, const struct node *map, struct error *e);

/* What GetTemplateSummary tells of a template behind a URL: its parameters (copied), not its body,
 * nor its outputs. Its `canonical` is the digest of the URL. */
struct template *template_from_summary(
	const char *url, const struct template_parameter *parameters, size_t count);
void template_free(struct template *template);
DEFINE_AUTO(struct template *, template_free);

void template_parameter_done(struct template_parameter *parameter); /* wipes the Default */

/* The key of a large template's object, by its content: "stackd/<64 hex digits>.template". The
 * caller frees it. */
char *template_upload_key(const struct template *template);

const struct template_parameter *template_parameter(
	const struct template *template, const char *name);

/* True where the parameter's value is the name of an SSM parameter, and stands for what that holds.
 */
bool template_parameter_ssm(const struct template_parameter *parameter);

/* The digest of a template's meaning: JSON and YAML read into one tree; order of members, comments,
 * formatting, quoting and short tags don't count; scalars compare as text (design.md, Comparing).
 * Used for live templates too. A body that does not parse gives the digest of its bytes. */
struct digest template_canonical(const char *bytes, size_t length);

/* Where two templates differ, for the plan's reason: "Resources.Queue, Outputs.Url" (at most three
 * names, then "and 4 more"); "" where the canonical forms are equal, or `is` is NULL, for it is not
 * known. The caller frees it. */
char *template_difference(const char *was, size_t was_length, const char *is, size_t is_length);
