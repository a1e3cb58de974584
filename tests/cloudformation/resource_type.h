/* What the model knows about types of resources: ids, attributes, and which properties need a new
 * physical resource. Types are rows of a table; one that has no row but belongs to a service that
 * exists is treated generically (any attribute; a change of its own name replaces it).
 *
 * Formats of ids and attributes are text with tokens in braces:
 *   {partition} {region} {account} {suffix} {stack} {stack-id} {logical}   the surroundings
 *   {name}       the custom name, else STACK-LOGICAL-RANDOM
 *   {id} {last} {middle}   the physical id, what is behind its last "/" or ":", and the part before
 *   {p:P} {p:P|x}  a property's text, or x;  {l:P|x}  what is behind its last "/" or ":"
 *   {a:P|m}      what is behind the first m in a property's text; P may be id
 *   {hexN} {upperN} {digitsN} {mixedN} {uuid} {ip}   chance
 *   {revision}   1, or one more than at the end of the replaced resource's id
 *   {next}       1, or one more than the attribute's value before the update */
#pragma once

#include "cloudformation/evaluate.h"

enum {
	TYPE_LOWER = 1,    /* generated names are in lower case */
	TYPE_SNAPSHOT = 2, /* deletion takes a snapshot where the template says nothing */
	TYPE_OPEN = 4,     /* has attributes beyond those listed */
};

struct resource_type {
	const char *name;
	const char *id;
	const char *name_property; /* of the custom name, or NULL */
	size_t name_limit;         /* of generated names; 0: none that matters */
	const char *attributes;    /* "Arn=FORMAT;Names[]=FORMAT": [] marks a list; or NULL */
	const char *always;        /* properties that need recreation, between blanks; or NULL */
	const char *conditionally;
	const char *identifiers; /* properties that identify one, for GetTemplateSummary; or NULL */
	unsigned flags;
};

/* Rows of the tables. */
extern const struct resource_type network_types[], service_types[], compute_types[], data_types[];
extern const size_t network_type_count, service_type_count, compute_type_count, data_type_count;

/* NULL: no such type. */
const struct resource_type *resource_type_find(const char *name);
bool resource_type_has_attribute(const struct resource_type *type, const char *attribute);
bool resource_type_attribute_is_list(const struct resource_type *type, const char *attribute);
enum change_recreation resource_type_recreation(
	const struct resource_type *type, const char *resource_type, const char *property);
const char *resource_type_default_deletion(
	const struct resource_type *type, const struct pairs *properties);

/* Draws resource->physical_id, from its logical id, type and properties. replaced is the resource
 * whose place it takes, or NULL. */
void resource_identify(struct resource *resource, const struct resource *replaced,
	const struct environment *environment);

/* Fills resource->attributes. before is the resource as it was before an update in place, or NULL:
 * what came by chance is kept. With preview, what counts up is EVALUATE_UNKNOWN. */
void resource_describe(struct resource *resource, const struct resource *before, bool preview,
	const struct environment *environment);

/* An attribute of a type that is open or has no row; the caller frees it. */
char *resource_other_attribute(const struct resource *resource, const char *attribute,
	const struct environment *environment);
