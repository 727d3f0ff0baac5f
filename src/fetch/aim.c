#include "fetch/aim.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/mask.h"
#include "base/mem.h"
#include "base/url.h"

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory for a request");
}

enum garner_code gn_aim_keep(struct gn_aim *aim, const char *const *secrets,
                             struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    size_t count = 0;

    while (secrets != NULL && secrets[count] != NULL)
        count++;
    if (count == 0)
        return GARNER_OK;
    aim->secrets = gn_alloc((count + 1) * sizeof(char *));
    if (aim->secrets == NULL)
        return no_memory(err);
    for (size_t i = 0; i < count && code == GARNER_OK; i++)
        code = (aim->secrets[i] = gn_strdup(secrets[i])) != NULL
                   ? GARNER_OK
                   : no_memory(err);
    return code;
}

/* Sets aim->whole and aim->shown. */
static enum garner_code write_out(struct gn_aim *aim, CURLU *url, bool has_user,
                                  struct garner_error *err)
{
    struct gn_buf shown = {0};
    char *whole = NULL;
    char *text = NULL;

    if (curl_url_get(url, CURLUPART_URL, &whole, 0) == CURLUE_OK &&
        (!has_user ||
         (curl_url_set(url, CURLUPART_USER, NULL, 0) == CURLUE_OK &&
          curl_url_set(url, CURLUPART_PASSWORD, NULL, 0) == CURLUE_OK)) &&
        curl_url_get(url, CURLUPART_URL, &text, 0) == CURLUE_OK)
        gn_aim_hide_url(aim, text, &shown);
    /* A copy, for the buffer has more room than that, and there are many. */
    aim->shown = text != NULL && !gn_buf_failed(&shown)
                     ? gn_strdup(gn_buf_cstr(&shown))
                     : NULL;
    if (whole != NULL && aim->shown != NULL)
        aim->whole =
            strcmp(whole, aim->shown) == 0 ? aim->shown : gn_strdup(whole);
    gn_buf_fini(&shown);
    curl_free(whole);
    curl_free(text);
    return aim->whole != NULL ? GARNER_OK : no_memory(err);
}

enum garner_code gn_aim_take(struct gn_aim *aim, const char *url,
                             struct garner_error *err)
{
    enum garner_code code;
    struct gn_url split;
    CURLU *parsed;
    CURLUcode rc;

    if (url == NULL)
        url = ""; /* which is refused, too */
    code = gn_url_split(url, &split, err);
    if (code != GARNER_OK)
        return code;
    parsed = curl_url();
    rc = parsed != NULL ? curl_url_set(parsed, CURLUPART_URL, url, 0)
                        : CURLUE_OUT_OF_MEMORY;
    if (rc == CURLUE_OK)
        code = write_out(aim, parsed, strchr(url, '@') != NULL, err);
    else if (rc == CURLUE_OUT_OF_MEMORY)
        code = no_memory(err);
    else
        code = gn_fail(err, GARNER_INVALID, "URL cannot be used: %s",
                       curl_url_strerror(rc));
    curl_url_cleanup(parsed);
    return code;
}

void gn_aim_drop(const struct gn_aim *aim)
{
    if (aim->whole != aim->shown)
        gn_free(aim->whole);
    gn_free(aim->shown);
}

void gn_aim_fini(const struct gn_aim *aim)
{
    gn_aim_drop(aim);
    for (char **s = aim->secrets; s != NULL && *s != NULL; s++)
        gn_free(*s);
    gn_free(aim->secrets);
}

bool gn_aim_is_secure(const struct gn_aim *aim)
{
    return strncmp(aim->whole, "https:", 6) == 0;
}

/* The URL, parsed anew: of ten thousand that wait it would take more memory
 * than all else. NULL: no memory. */
static CURLU *parse(const struct gn_aim *aim)
{
    CURLU *url = curl_url();

    if (url != NULL &&
        curl_url_set(url, CURLUPART_URL, aim->whole, 0) != CURLUE_OK) {
        curl_url_cleanup(url);
        url = NULL;
    }
    return url;
}

bool gn_aim_has_user(const struct gn_aim *aim)
{
    const char *authority = strstr(aim->whole, "://") + 3;

    return authority[strcspn(authority, "/?#@")] == '@';
}

char *gn_aim_host(const struct gn_aim *aim)
{
    CURLU *url = parse(aim);
    char *host = NULL;

    if (url != NULL && curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        host = NULL;
    curl_url_cleanup(url);
    return host;
}

bool gn_aim_has_host_of(const struct gn_aim *aim, const char *location,
                        char *host, size_t room)
{
    /* As libcurl reads it. */
    const unsigned flags =
        CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE | CURLU_ALLOW_SPACE;
    CURLU *to = parse(aim);
    char *here = NULL;
    char *there = NULL;
    bool same = false;

    if (to != NULL && curl_url_get(to, CURLUPART_HOST, &here, 0) == CURLUE_OK &&
        curl_url_set(to, CURLUPART_URL, location, flags) == CURLUE_OK)
        same = curl_url_get(to, CURLUPART_HOST, &there, 0) == CURLUE_NO_HOST ||
               (there != NULL && strcasecmp(here, there) == 0);
    snprintf(host, room, "%s", there != NULL ? there : "");
    curl_free(here);
    curl_free(there);
    curl_url_cleanup(to);
    return same;
}

void gn_aim_hide_url(const struct gn_aim *aim, const char *url,
                     struct gn_buf *out)
{
    gn_mask_url(out, url, (const char *const *)aim->secrets);
}

void gn_aim_hide(const struct gn_aim *aim, const char *text, struct gn_buf *out)
{
    gn_mask(out, text, (const char *const *)aim->secrets, GN_MASK_LONG);
}
