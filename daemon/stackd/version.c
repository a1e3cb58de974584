#include "stackd/version.h"

#include <stdio.h>

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <expat.h>
#include <microhttpd.h>
#include <openssl/crypto.h>
#include <uv.h>
#include <yaml.h>

void version_print(void)
{
	printf("stackd %s\n", STACKD_VERSION);
	printf("libcurl %s\n", curl_version_info(CURLVERSION_NOW)->version);
	printf("libmicrohttpd %s\n", MHD_get_version());
	printf("libuv %s\n", uv_version_string());
	printf("OpenSSL %s\n", OpenSSL_version(OPENSSL_VERSION_STRING));
	printf("cJSON %s\n", cJSON_Version());
	printf("libyaml %s\n", yaml_get_version_string());
	printf("%s\n", XML_ExpatVersion());
	printf("libsystemd %s\n", SYSTEMD_VERSION);
}
