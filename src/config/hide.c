#include "config/hide.h"

#include <string.h>

#include "base/mask.h"
#include "base/url.h"

/* No URL that we are sent to repeats more than this of a body. */
enum { LONGEST = 1000 };

/* Where things stand in a URL. */
struct places {
    const char *url;
    const char *user; /* after the scheme */
    const char *host;
    const char *path; /* after the port */
};

static struct places find_places(const char *url)
{
    struct places at = {url, url, url, url};
    struct gn_url parts;

    if (gn_url_split(url, &parts, NULL) != GARNER_OK)
        return at; /* nothing of it is told but what is wrong with it */
    at.user = url + parts.scheme.size + 3;
    at.host = parts.host.text - (parts.host.text[-1] == '[');
    at.path = parts.host.text + parts.host.size;
    at.path += strcspn(at.path, "/?#");
    return at;
}

/* What of value is to be hidden; NULL: nothing. */
static const char *hidden_part(const char *value, const struct places *at)
{
    const size_t size = strlen(value);
    const char *found = size > 0 ? strstr(at->url, value) : NULL;

    if (size == 0)
        return NULL;
    /* With some of its bytes as %XX, or as the password. */
    if (found == NULL || found >= at->path ||
        (found >= at->user && found < at->host))
        return value;
    if (found + size > at->path) { /* a URL, or its end */
        value += at->path - found;
        value += strspn(value, "/?#");
        return *value != '\0' ? value : NULL;
    }
    return strstr(at->path, value) != NULL ? value : NULL;
}

static size_t count(const struct gn_secret *s)
{
    size_t n = 0;

    for (; s != NULL; s = s->next)
        n++;
    return n;
}

bool gn_hide_secrets(struct gn_request *request, const struct gn_secret *in_url,
                     const struct gn_secret *others, struct gn_arena *memory)
{
    const struct places at = find_places(request->url);
    const size_t most = count(in_url) + count(others);
    const char **secrets;
    size_t n = 0;

    if (most == 0)
        return true;
    secrets = gn_arena_zeroed(memory, (most + 1) * sizeof secrets[0]);
    if (secrets == NULL)
        return false;
    for (; in_url != NULL; in_url = in_url->next) {
        secrets[n] = hidden_part(in_url->value, &at);
        n += secrets[n] != NULL;
    }
    for (; others != NULL; others = others->next) {
        const size_t size = strlen(others->value);

        if (size < GN_MASK_LONG || size > LONGEST)
            continue;
        secrets[n] = hidden_part(others->value, &at);
        n += secrets[n] != NULL;
    }
    request->secrets = secrets;
    return true;
}
