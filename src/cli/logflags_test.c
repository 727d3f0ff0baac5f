/* logflags_test.c - how a collector is told to tell what it does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "cli/logflags.h"

struct settings {
    struct gn_log_flags log;
};

static const struct gn_option options[] = {GN_LOG_OPTIONS(struct settings)};

static const struct gn_command command = {.name = "x",
                                          .options = options,
                                          .option_count = sizeof options /
                                                          sizeof options[0]};

static struct gn_log_flags parse(int count, char **words)
{
    struct settings settings = {.log = {.quiet = false}};
    struct gn_call call = {.command = &command, .settings = &settings};
    const char *items[4];

    assert_int_equal(gn_options_parse(&call, items, count, words, NULL),
                     GARNER_OK);
    return settings.log;
}

#define PARSE(...)                                                             \
    parse((int)(sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)),             \
          (char *[]){__VA_ARGS__})

static void keep(void *context, const char *line)
{
    gn_buf_text(context, line);
}

/* Which of an info line and a debug line are written, and how. */
static void assert_written(const struct gn_log_flags *flags, const char *info,
                           const char *debug)
{
    struct gn_buf out = {0};

    gn_logflags_apply(flags);
    gn_log_set_sink(keep, &out);
    gn_log(GN_LOG_INFO, NULL, "an info");
    gn_log(GN_LOG_DEBUG, NULL, "a debug");
    gn_log_set_sink(NULL, NULL);
    if (info == NULL)
        assert_null(strstr(gn_buf_cstr(&out), "an info"));
    else
        assert_non_null(strstr(gn_buf_cstr(&out), info));
    if (debug == NULL)
        assert_null(strstr(gn_buf_cstr(&out), "a debug"));
    else
        assert_non_null(strstr(gn_buf_cstr(&out), debug));
    gn_buf_fini(&out);
    gn_log_set_level(GN_LOG_INFO);
    gn_log_set_json(false);
}

static void the_level_is_set(void **state)
{
    const struct gn_log_flags usual = {.quiet = false};
    const struct gn_log_flags debug = PARSE("--log-level", "debug");
    const struct gn_log_flags quiet = PARSE("-q");

    (void)state;
    assert_written(&usual, "an info", NULL);
    assert_written(&debug, "an info", "a debug");
    assert_written(&quiet, NULL, NULL);
    assert_true(gn_logflags_screen(&usual));
    assert_true(gn_logflags_screen(&debug));
    assert_false(gn_logflags_screen(&quiet));
}

static void its_form_is_set(void **state)
{
    const struct gn_log_flags json = PARSE("--log=json");
    const struct gn_log_flags text = PARSE("--log=text");

    (void)state;
    assert_true(gn_logflags_json(&json));
    assert_false(gn_logflags_json(&text));
    assert_false(gn_logflags_screen(&text)); /* lines were asked for */
    assert_written(&json, "\"an info\"", NULL);
    assert_written(&text, "an info", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_level_is_set),
        cmocka_unit_test(its_form_is_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
