#include "store/location.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "garner/farm.h"
#include "store/path.h"

static size_t name_size(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyz_");
}

/* Where the options start; the end of path: there are none. */
static const char *options_of(const char *path)
{
    const char *mark = strrchr(path, '?');

    if (mark != NULL && name_size(mark + 1) > 0 &&
        mark[1 + name_size(mark + 1)] == '=')
        return mark;
    return path + strlen(path);
}

/* 0: not a number from 1 to the most. */
static unsigned shards_of(const char *text, size_t size)
{
    unsigned number = 0;

    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return 0;
        number = number * 10 + (unsigned)(text[i] - '0');
        if (number > GARNER_SHARDS_MOST)
            return 0;
    }
    return number;
}

static enum garner_code read_options(const char *text,
                                     struct gn_location *location,
                                     struct garner_error *err)
{
    while (*text != '\0') {
        const size_t size = strcspn(text, "&");
        const size_t name = name_size(text);

        if (name != 6 || strncmp(text, "shards=", 7) != 0)
            return gn_fail(err, GARNER_UNSUPPORTED,
                           "there is no option '%.*s' for a store's URL; there "
                           "is shards=N (or there is no file of that name)",
                           (int)(size < 60 ? size : 60), text);
        location->shards = shards_of(text + 7, size - 7);
        if (location->shards == 0)
            return gn_fail(
                err, GARNER_UNSUPPORTED, "%.*s: a farm has 1 to %d shards",
                (int)(size < 60 ? size : 60), text, GARNER_SHARDS_MOST);
        text += size;
        text += *text == '&';
    }
    return GARNER_OK;
}

static bool is_file(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

enum garner_code gn_location_parse(const char *url,
                                   struct gn_location *location,
                                   struct garner_error *err)
{
    const char *options;
    enum garner_code code;

    *location = (struct gn_location){0};
    code = gn_path_of(url, &location->path, err);
    if (code != GARNER_OK)
        return code;
    options = options_of(location->path);
    if (*options == '?' && location->path == url && is_file(url))
        options += strlen(options);
    location->path_size = (size_t)(options - location->path);
    if (location->path_size == 0)
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "the database's name is empty; give a file");
    if (*options == '?')
        code = read_options(options + 1, location, err);
    if (code == GARNER_OK && location->shards > 0 && location->path_size == 8 &&
        memcmp(location->path, ":memory:", 8) == 0)
        code = gn_fail(err, GARNER_UNSUPPORTED,
                       "a farm is a folder; it cannot be in memory");
    return code;
}
