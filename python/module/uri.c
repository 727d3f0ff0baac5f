#include "uri.h"

#include <string.h>

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes what is behind "file:" up to "?" or "#" to path. */
static void decode(const char *uri, char *path)
{
    while (*uri != '\0' && *uri != '?' && *uri != '#') {
        if (uri[0] == '%' && hex(uri[1]) >= 0 && hex(uri[2]) >= 0) {
            *path++ = (char)(hex(uri[1]) * 16 + hex(uri[2]));
            uri += 3;
        } else {
            *path++ = *uri++;
        }
    }
    *path = '\0';
}

static bool has(const char *query, const char *parameter)
{
    const size_t length = strlen(parameter);

    while (query != NULL && *query != '\0') {
        if (strncmp(query, parameter, length) == 0 &&
            (query[length] == '\0' || query[length] == '&'))
            return true;
        query = strchr(query, '&');
        query = query != NULL ? query + 1 : NULL;
    }
    return false;
}

static bool set_options(struct gp_state *state, const char *query,
                        struct garner_options *options, bool *memory)
{
    *memory = has(query, "mode=memory");
    options->read_only = has(query, "mode=ro") || has(query, "immutable=1");
    options->create = !has(query, "mode=rw") && !options->read_only;
    if (query != NULL && strstr(query, "mode=") != NULL && !*memory &&
        !has(query, "mode=ro") && !has(query, "mode=rw") &&
        !has(query, "mode=rwc")) {
        PyErr_SetString(state->OperationalError,
                        "no such access mode: use mode=ro, rw, rwc or memory");
        return false;
    }
    return true;
}

static char *resolve_uri(struct gp_state *state, const char *uri,
                         struct garner_options *options)
{
    const char *query = strchr(uri, '?');
    char *path = PyMem_Malloc(strlen(uri) + sizeof ":memory:");
    bool memory;

    if (path == NULL)
        return (char *)PyErr_NoMemory();
    uri += strlen("file:");
    if (strncmp(uri, "//", 2) == 0) { /* an authority: none, or this machine */
        uri += 2;
        if (strncmp(uri, "localhost/", 10) == 0)
            uri += strlen("localhost");
    }
    decode(uri, path);
    if (!set_options(state, query != NULL ? query + 1 : NULL, options,
                     &memory)) {
        PyMem_Free(path);
        return NULL;
    }
    if (memory || path[0] == '\0')
        memcpy(path, ":memory:", sizeof ":memory:");
    return path;
}

char *gp_uri_resolve(struct gp_state *state, PyObject *database, bool is_uri,
                     struct garner_options *options)
{
    const char *text = PyBytes_AS_STRING(database);
    char *copy;

    if (is_uri && strncmp(text, "file:", 5) == 0)
        return resolve_uri(state, text, options);
    if (text[0] == '\0') /* SQLite's temporary database */
        text = ":memory:";
    copy = PyMem_Malloc(strlen(text) + 1);
    if (copy == NULL)
        return (char *)PyErr_NoMemory();
    return memcpy(copy, text, strlen(text) + 1);
}
