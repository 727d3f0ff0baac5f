/* again_test.c - a command line as it may be given once more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "cli/again.h"

struct settings {
    bool fresh;
    const char *sql;
    const char *user;
    const char *other[6]; /* what else may be a secret */
};

#define OTHER(name, i)                                                         \
    {                                                                          \
        name, 0, GN_OPTION_TEXT, "X", offsetof(struct settings, other[i]), "", \
            NULL                                                               \
    }

static const struct gn_option options[] = {
    {"fresh", 0, GN_OPTION_FLAG, NULL, offsetof(struct settings, fresh), "",
     NULL},
    {"sql", 0, GN_OPTION_TEXT, "SQL", offsetof(struct settings, sql), "", NULL},
    {"user", 'u', GN_OPTION_TEXT, "U", offsetof(struct settings, user), "",
     NULL},
    OTHER("header", 0),
    OTHER("cookie", 1),
    OTHER("oauth2-bearer", 2),
    OTHER("proxy", 3),
    OTHER("pass", 4),
    OTHER("param", 5),
};

static const struct gn_command command = {.name = "crawl",
                                          .options = options,
                                          .option_count = sizeof options /
                                                          sizeof options[0],
                                          .most = 9};

/* The line that count words make; "": it is not shown. */
static void assert_line(char *const *words, int count, const char *line)
{
    struct settings settings = {0};
    struct gn_call call = {.command = &command, .settings = &settings};
    const char *items[9];
    struct gn_buf out = {0};

    assert_int_equal(gn_options_parse(&call, items, count, words, NULL),
                     GARNER_OK);
    assert_true(gn_again(&call, "./garner", "fresh", &out) == (line[0] != 0));
    assert_string_equal(gn_buf_cstr(&out), line);
    gn_buf_fini(&out);
    gn_options_fini(&call);
}

#define ASSERT_LINE(line, ...)                                                 \
    assert_line((char *[]){__VA_ARGS__},                                       \
                (int)(sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)), line)

static void its_words_are_as_they_were(void **state)
{
    (void)state;
    ASSERT_LINE("./garner crawl http://h/", "http://h/");
    ASSERT_LINE("./garner crawl 'http://h/?a&b' --sql 'select 1'",
                "http://h/?a&b", "--sql", "select 1");
    ASSERT_LINE("./garner crawl --sql=1 -- --x", "--fresh", "--sql=1", "--",
                "--x");
}

static void a_secret_is_not_shown(void **state)
{
    (void)state;
    ASSERT_LINE("", "http://h/", "-u", "me:secret");
    ASSERT_LINE("", "--user=me", "http://h/");
    for (size_t i = 3; i < command.option_count; i++) {
        char flag[40];

        snprintf(flag, sizeof flag, "--%s", options[i].name);
        ASSERT_LINE("", "http://h/", flag, "secret");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_words_are_as_they_were),
        cmocka_unit_test(a_secret_is_not_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
