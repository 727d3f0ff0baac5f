#include "fetch/whom.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

bool gn_whom(const char *url, char text[GN_WHOM])
{
    CURLU *parsed = curl_url();
    char *scheme = NULL;
    char *host = NULL;
    char *port = NULL;
    bool refused = false;

    snprintf(text, GN_WHOM, "the server");
    if (parsed != NULL &&
        curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) ==
            CURLUE_OK &&
        curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK) {
        refused = strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0;
        if (refused)
            snprintf(text, GN_WHOM, "%s", scheme);
        else if (curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                 curl_url_get(parsed, CURLUPART_PORT, &port,
                              CURLU_DEFAULT_PORT) == CURLUE_OK)
            snprintf(text, GN_WHOM, "%s:%s", host, port);
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parsed);
    return refused;
}
