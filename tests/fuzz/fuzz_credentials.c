#include "aws/credentials_reply.h"
#include "aws/recipe.h"
#include "aws/sts.h"
#include "aws/surroundings.h"
#include "base/text.h"
#include "target.h"

/* As the JSON of a program or an endpoint, and as STS's XML. */
static void check_replies(const char *text, size_t length)
{
	for (int form = CREDENTIALS_OF_PROCESS; form <= CREDENTIALS_OF_ENDPOINT + 1; form++) {
		AUTO_DONE(credentials_done) struct credentials keys = {0};
		uint64_t expires_ms = 0;
		struct error e = {0};
		bool read = form > CREDENTIALS_OF_ENDPOINT
				    ? sts_reply(200, text, length, &keys, &expires_ms, &e)
				    : credentials_reply((enum credentials_form)form, text, length,
					      &keys, &expires_ms, &e);

		CHECK(read == (e.kind == ERROR_NONE));
		CHECK(!read || (*keys.access_key && *keys.secret_key));
		CHECK(!read ||
			(credentials_fit(keys.access_key) && credentials_fit(keys.secret_key) &&
				credentials_fit(keys.session_token)));
	}
}

/* As the config file, of two profiles. */
static void check_recipe(const char *text, size_t length, const char *profile)
{
	AUTO_DONE(pairs_done) struct pairs none = {0};
	AUTO_DONE(recipe_done) struct recipe recipe = {0};
	AUTO_DONE(client_profile_done) struct client_profile client = {0};
	struct surroundings surroundings = {.environment = &none, .profile = profile};
	struct error e = {0};

	surroundings.files[SURROUNDINGS_CONFIG] =
		(struct profiles_file){.path = "config", .bytes = text, .length = length};
	bool found = recipe_find(&surroundings, &recipe, &e);

	surroundings_client(&surroundings, &client);
	CHECK(found == (e.kind == ERROR_NONE));
	CHECK(found || *e.text);
	CHECK(!found || recipe.base != RECIPE_PROCESS || recipe.process.count);
	CHECK(!found || recipe.base != RECIPE_KEYS || credentials_fit(recipe.keys.secret_key));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = xmemdup(bytes, length);

	check_replies(text, length);
	check_recipe(text, length, NULL);
	check_recipe(text, length, "a");
	free(text);
	return 0;
}
