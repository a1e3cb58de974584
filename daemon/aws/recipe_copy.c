#include "aws/recipe.h"
#include "base/memory.h"
#include "base/text.h"

void role_done(struct role *role)
{
	free(role->arn);
	free(role->external_id);
	free(role->session_name);
	*role = (struct role){0};
}

static struct role role_copy(const struct role *from)
{
	return (struct role){xstrdup(from->arn), xstrdup(from->external_id),
		xstrdup(from->session_name), from->duration_s};
}

static bool role_equal(const struct role *a, const struct role *b)
{
	return text_same(a->arn, b->arn) && text_same(a->external_id, b->external_id) &&
	       text_same(a->session_name, b->session_name) && a->duration_s == b->duration_s;
}

void recipe_done(struct recipe *recipe)
{
	free(recipe->where);
	credentials_done(&recipe->keys);
	texts_done(&recipe->process);
	role_done(&recipe->role);
	free(recipe->token_file);
	free_secret(recipe->token);
	free(recipe->url);
	free(recipe->nothing);
	for (size_t i = 0; i < recipe->hop_count; i++)
		role_done(&recipe->hops[i]);
	free(recipe->hops);
	*recipe = (struct recipe){0};
}

void recipe_copy(struct recipe *to, const struct recipe *from)
{
	*to = (struct recipe){
		.base = from->base,
		.where = xstrdup(from->where),
		.expires_ms = from->expires_ms,
		.role = role_copy(&from->role),
		.token_file = xstrdup(from->token_file),
		.token = xstrdup(from->token),
		.url = xstrdup(from->url),
		.v1 = from->v1,
		.timeout_ms = from->timeout_ms,
		.attempts = from->attempts,
		.nothing = xstrdup(from->nothing),
	};
	credentials_copy(&to->keys, &from->keys);
	texts_copy(&to->process, &from->process);
	for (size_t i = 0; i < from->hop_count; i++) {
		GROW(to->hops, to->hop_size, to->hop_count + 1);
		to->hops[to->hop_count++] = role_copy(&from->hops[i]);
	}
}

bool recipe_equal(const struct recipe *a, const struct recipe *b)
{
	if (a->base != b->base || a->expires_ms != b->expires_ms || a->v1 != b->v1 ||
		a->timeout_ms != b->timeout_ms || a->attempts != b->attempts ||
		a->hop_count != b->hop_count || !credentials_equal(&a->keys, &b->keys) ||
		!texts_equal(&a->process, &b->process) || !role_equal(&a->role, &b->role) ||
		!text_same(a->token_file, b->token_file) || !text_same(a->token, b->token) ||
		!text_same(a->url, b->url))
		return false;
	for (size_t i = 0; i < a->hop_count; i++)
		if (!role_equal(&a->hops[i], &b->hops[i]))
			return false;
	return true;
}
