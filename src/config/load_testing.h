/* load_testing.h - for tests: sources and problems of a file given as text. */
#ifndef GN_CONFIG_LOAD_TESTING_H
#define GN_CONFIG_LOAD_TESTING_H

#include <string.h>

#include "config/load.h"

/* Parses text, which must be good. */
static inline struct gn_config good(const char *text)
{
    struct gn_config config;
    struct garner_error err = {GARNER_OK, 0, ""};

    (void)gn_config_parse("f", text, strlen(text), &config, NULL, &err);
    assert_string_equal(err.message, "");
    return config;
}

/* Parses text, which must be refused with problems, all lines of them. */
static inline void bad(const char *text, const char *problems)
{
    struct gn_buf list = {0};
    struct gn_config config;
    struct garner_error err;

    assert_int_equal(
        gn_config_parse("f", text, strlen(text), &config, &list, &err),
        GARNER_INVALID);
    assert_string_equal(gn_buf_cstr(&list), problems);
    assert_null(config.memory);
    gn_buf_fini(&list);
}

/* bad() with one problem, in a source of line 3 and on that has url already. */
static inline void bad_source(const char *lines, const char *problem)
{
    struct gn_buf text = {0};
    struct gn_buf line = {0};

    gn_buf_printf(&text, "garner: 1\nsources: { a: { url: http://h/,\n%s}}\n",
                  lines);
    gn_buf_printf(&line, "f:%s\n", problem);
    bad(gn_buf_cstr(&text), gn_buf_cstr(&line));
    gn_buf_fini(&text);
    gn_buf_fini(&line);
}

#endif
