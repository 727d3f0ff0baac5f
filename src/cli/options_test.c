/* options_test.c - every way to write a flag, and every way to get it wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/options.h"

struct settings {
    bool once;
    bool quiet;
    const char *store;
    const char *log;
    struct gn_texts headers;
    int64_t workers;
    int64_t every_ms;
    int64_t connect_ms;
    int64_t most_bytes;
};

#define AT(field) offsetof(struct settings, field)

static const struct gn_option options[] = {
    {"once", 0, GN_OPTION_FLAG, NULL, AT(once), "", NULL},
    {"quiet", 'q', GN_OPTION_FLAG, NULL, AT(quiet), "", NULL},
    {"db", 'd', GN_OPTION_FILE, "DB", AT(store), "", "GARNER_TEST_STORE"},
    {"log", 0, GN_OPTION_CHOICE, "text|json", AT(log), "", NULL},
    {"header", 'H', GN_OPTION_LIST, "LINE", AT(headers), "", NULL},
    {"workers", 0, GN_OPTION_NUMBER, "N", AT(workers), "", NULL},
    {"every", 'e', GN_OPTION_DURATION, "TIME", AT(every_ms), "", NULL},
    {"connect-timeout", 0, GN_OPTION_SECONDS, "TIME", AT(connect_ms), "", NULL},
    {"max-filesize", 0, GN_OPTION_SIZE, "SIZE", AT(most_bytes), "", NULL},
};

static const struct gn_command command = {
    .name = "test",
    .operands = "URL...",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .least = 0,
    .most = 3,
};

/* One parsed command line. */
struct parsed {
    struct settings settings;
    struct gn_call call;
    const char *items[16];
    struct garner_error err;
    enum garner_code code;
};

/* Words are parted by blanks; ~ stands for an empty word. */
static void parse(struct parsed *p, const char *line)
{
    static char copy[512];
    char *argv[16];
    int argc = 0;
    char *rest = copy;
    char *w;

    snprintf(copy, sizeof copy, "%s", line);
    while ((w = strtok_r(rest, " ", &rest)) != NULL)
        argv[argc++] = strcmp(w, "~") == 0 ? w + 1 : w;
    memset(p, 0, sizeof *p);
    p->call.command = &command;
    p->call.settings = &p->settings;
    p->code = gn_options_parse(&p->call, p->items, argc, argv, &p->err);
}

static void refuses(const char *line, const char *message)
{
    struct parsed p;

    parse(&p, line);
    if (p.code != GARNER_INVALID)
        fail_msg("'%s' gives %d", line, (int)p.code);
    if (strstr(p.err.message, message) == NULL)
        fail_msg("'%s' says '%s', not '%s'", line, p.err.message, message);
    gn_options_fini(&p.call);
}

static void flags_may_be_written_in_many_ways(void **state)
{
    static const char *const ways[] = {
        "--every 5s --once a",      "--every=5s --once a",
        "-e 5s --once a",           "-e5s --once a",
        "a --once --every 1m -e5s", "--once --every 5s -- a",
    };

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct parsed p;

        parse(&p, ways[i]);
        assert_int_equal(p.code, GARNER_OK);
        assert_true(p.settings.once);
        assert_int_equal(p.settings.every_ms, 5000);
        assert_int_equal(p.call.count, 1);
        assert_string_equal(p.call.items[0], "a");
        gn_options_fini(&p.call);
    }
}

static void letters_stand_together(void **state)
{
    struct parsed p;

    (void)state;
    parse(&p, "-qe2s -qdx.db");
    assert_int_equal(p.code, GARNER_OK);
    assert_true(p.settings.quiet);
    assert_int_equal(p.settings.every_ms, 2000);
    assert_string_equal(p.settings.store, "x.db");
    gn_options_fini(&p.call);
}

static void two_dashes_end_flags_and_one_is_an_operand(void **state)
{
    struct parsed p;

    (void)state;
    parse(&p, "- -- --once -q");
    assert_int_equal(p.code, GARNER_OK);
    assert_false(p.settings.once);
    assert_int_equal(p.call.count, 3);
    assert_string_equal(p.call.items[0], "-");
    assert_string_equal(p.call.items[1], "--once");
    assert_string_equal(p.call.items[2], "-q");
    gn_options_fini(&p.call);
}

static void lists_keep_their_order(void **state)
{
    struct parsed p;

    (void)state;
    parse(&p, "-H a:1 --header=b:2 -Hc:3 -H ~");
    assert_int_equal(p.code, GARNER_OK);
    assert_int_equal(p.settings.headers.count, 4);
    assert_string_equal(p.settings.headers.items[0], "a:1");
    assert_string_equal(p.settings.headers.items[1], "b:2");
    assert_string_equal(p.settings.headers.items[2], "c:3");
    assert_string_equal(p.settings.headers.items[3], "");
    gn_options_fini(&p.call);
    assert_int_equal(p.settings.headers.count, 0);
}

static void values_have_types(void **state)
{
    struct parsed p;

    (void)state;
    parse(&p,
          "--workers 4 --max-filesize 10M --connect-timeout 1.5 --log json");
    assert_int_equal(p.code, GARNER_OK);
    assert_int_equal(p.settings.workers, 4);
    assert_int_equal(p.settings.most_bytes, 10 * 1024 * 1024);
    assert_int_equal(p.settings.connect_ms, 1500);
    assert_string_equal(p.settings.log, "json");
    parse(&p, "--max-filesize 10MB --connect-timeout 250ms");
    assert_int_equal(p.settings.most_bytes, 10000000);
    assert_int_equal(p.settings.connect_ms, 250);
    parse(&p, "--max-filesize 2k");
    assert_int_equal(p.settings.most_bytes, 2048);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    refuses("--evry 5s", "unknown flag --evry; did you mean --every?");
    refuses("--con 5s",
            "did you mean --connect-timeout?"); /* no abbreviation */
    refuses("--zzzz", "'garner test --help'");
    refuses("-z", "unknown flag -z");
    refuses("-qz", "unknown flag -z");
    refuses("--once=1", "--once takes no value");
    refuses("--every", "--every needs a value: TIME");
    refuses("-e", "--every needs a value: TIME");
    refuses("--every soon", "--every: ");
    refuses("--every soon", "soon");
    refuses("--every ~", "--every: ");
    refuses("--every 0s", "--every: '0s' is nothing; leave the flag out");
    refuses("--connect-timeout 0", "'0' is nothing");
    refuses("--max-filesize 0", "'0' is nothing");
    refuses("--workers 0", "'0' is not a whole number above 0");
    refuses("--workers 3x", "'3x'");
    refuses("--workers 99999999999999999999", "whole number");
    refuses("--log yaml", "'yaml' is none of text|json");
    refuses("--log te", "'te' is none of");
    refuses("--log ~", "is none of");
    refuses("--log text|json", "is none of");
    refuses("--max-filesize big", "big");
    refuses("--max-filesize M", "M");
    refuses("a b c d", "'d' is one word too many");
    refuses("--=x", "unknown flag --");
}

static void operands_may_be_asked_for(void **state)
{
    struct gn_command asks = command;
    struct parsed p = {0};
    char *none[] = {NULL};

    (void)state;
    asks.least = 1;
    p.call.command = &asks;
    p.call.settings = &p.settings;
    assert_int_equal(gn_options_parse(&p.call, p.items, 0, none, &p.err),
                     GARNER_INVALID);
    assert_string_equal(p.err.message, "garner test needs URL...; 'garner test "
                                       "--help' shows how");
}

static void help_is_not_an_error(void **state)
{
    static const char *const ways[] = {"--help", "-h", "a --help", "-qh",
                                       "--help --nonsense"};

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct parsed p;

        parse(&p, ways[i]);
        assert_int_equal(p.code, GARNER_DONE);
    }
}

static void the_environment_speaks_first_and_flags_override(void **state)
{
    struct parsed p;

    (void)state;
    /* NOLINTBEGIN(concurrency-mt-unsafe): one thread */
    assert_int_equal(setenv("GARNER_TEST_STORE", "env.db", 1), 0);
    parse(&p, "a");
    assert_string_equal(p.settings.store, "env.db");
    parse(&p, "--db flag.db");
    assert_string_equal(p.settings.store, "flag.db");
    assert_int_equal(setenv("GARNER_TEST_STORE", "", 1), 0);
    parse(&p, "a");
    assert_null(p.settings.store);
    assert_int_equal(unsetenv("GARNER_TEST_STORE"), 0);
    /* NOLINTEND(concurrency-mt-unsafe) */
}

static void lost_memory_is_an_error(void **state)
{
    struct parsed p;

    (void)state;
    gn_mem_fail_at(2);
    parse(&p, "-H a -H b -H c");
    gn_mem_fail_at(0);
    assert_int_equal(p.code, GARNER_NOMEM);
    gn_options_fini(&p.call);
}

static void commands_are_found_and_guessed(void **state)
{
    static const struct gn_command run = {.name = "run"};
    static const struct gn_command query = {.name = "query"};
    static const struct gn_command *const all[] = {&run, &query};
    const struct gn_program program = {all, 2};

    (void)state;
    assert_ptr_equal(gn_command_find(&program, "query"), &query);
    assert_null(gn_command_find(&program, "quer"));
    assert_ptr_equal(gn_command_near(&program, "qurey"), &query);
    assert_ptr_equal(gn_command_near(&program, "runn"), &run);
    assert_null(gn_command_near(&program, "frobnicate"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_may_be_written_in_many_ways),
        cmocka_unit_test(letters_stand_together),
        cmocka_unit_test(two_dashes_end_flags_and_one_is_an_operand),
        cmocka_unit_test(lists_keep_their_order),
        cmocka_unit_test(values_have_types),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(operands_may_be_asked_for),
        cmocka_unit_test(help_is_not_an_error),
        cmocka_unit_test(the_environment_speaks_first_and_flags_override),
        cmocka_unit_test(lost_memory_is_an_error),
        cmocka_unit_test(commands_are_found_and_guessed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
