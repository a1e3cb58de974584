#include "cloudformation/evaluate.h"

const char *change_action_name(enum change_action action)
{
	static const char *const names[] = {"Add", "Modify", "Remove", "Import"};

	return names[action];
}

const char *change_replacement_name(enum change_replacement replacement)
{
	static const char *const names[] = {"False", "Conditional", "True"};

	return names[replacement];
}

const char *change_recreation_name(enum change_recreation recreation)
{
	static const char *const names[] = {"Never", "Conditionally", "Always"};

	return names[recreation];
}

const char *change_source_name(enum change_source source)
{
	static const char *const names[] = {"DirectModification", "ParameterReference",
		"ResourceReference", "ResourceAttribute", "Automatic"};

	return names[source];
}
