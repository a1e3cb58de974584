#include "aws/credentials.h"

#include "base/memory.h"
#include "base/text.h"

void credentials_done(struct credentials *credentials)
{
	free_secret(credentials->access_key);
	free_secret(credentials->secret_key);
	free_secret(credentials->session_token);
	*credentials = (struct credentials){0};
}

void credentials_copy(struct credentials *to, const struct credentials *from)
{
	*to = (struct credentials){
		.access_key = xstrdup(from->access_key),
		.secret_key = xstrdup(from->secret_key),
		.session_token = xstrdup(from->session_token),
	};
}

bool credentials_equal(const struct credentials *a, const struct credentials *b)
{
	return text_same(a->access_key, b->access_key) && text_same(a->secret_key, b->secret_key) &&
	       text_same(a->session_token, b->session_token);
}

bool credentials_fit(const char *key)
{
	for (; key && *key; key++)
		if ((unsigned char)*key <= ' ' || (unsigned char)*key >= 0x7f)
			return false;
	return true;
}
