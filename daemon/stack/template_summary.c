/* Templates that are not sent as they are: those behind a URL, and those that are uploaded first.
 */
#include "stack/template.h"

#include <string.h>

struct template *template_from_summary(
	const char *url, const struct template_parameter *parameters, size_t count)
{
	struct template *template = xcalloc(1, sizeof(*template));

	template->canonical = digest_of(url, strlen(url));
	template->parameters = xcalloc(count, sizeof(*template->parameters));
	for (size_t i = 0; i < count; i++) {
		struct template_parameter *parameter = &template->parameters[i];

		parameter->name = xstrdup(parameters[i].name);
		parameter->type = xstrdup(parameters[i].type);
		parameter->preset = xstrdup(parameters[i].preset);
		parameter->no_echo = parameters[i].no_echo;
	}
	template->parameter_count = count;
	/* Only CloudFormation sees whether it has them. */
	template->more_outputs = template->has_resources = true;
	return template;
}

char *template_upload_key(const struct template *template)
{
	struct digest digest = digest_of(template->body, template->body_length);
	char hex[DIGEST_HEX_SIZE];

	digest_hex(&digest, hex, DIGEST_HEX_SIZE - 1);
	return xasprintf("stackd/%s.template", hex);
}
