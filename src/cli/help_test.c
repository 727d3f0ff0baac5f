/* help_test.c - what tables say, as help, manual and completion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "cli/completion.h"
#include "cli/help.h"

#define WORDS(w) w w w w w w w w w w w w

struct settings {
    bool flag;
    const char *file;
    const char *choice;
    struct gn_texts list;
};

static const struct gn_option options[] = {
    {"flag", 'f', GN_OPTION_FLAG, NULL, offsetof(struct settings, flag),
     "do it, and don't ask", NULL},
    {"a-flag-with-a-long-name", 0, GN_OPTION_FILE, "FILE",
     offsetof(struct settings, file),
     "read this, whose help is so long that it does not fit into one line of "
     "eighty columns by far",
     "GARNER_TEST"},
    {"choice", 0, GN_OPTION_CHOICE, "one|two",
     offsetof(struct settings, choice), "[choose]: either", NULL},
    {"list", 'l', GN_OPTION_LIST, "ITEM", offsetof(struct settings, list),
     "may be repeated", NULL},
};

static const struct gn_command test = {
    .name = "test",
    .operands = "FILE",
    .summary = "be a test's",
    .text = "A paragraph.\n\n  kept as it is\n.not a request",
    .examples = "garner test 'x'\n# comment\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .operand = GN_OPERAND_FILE,
};
/* Longer than any buffer of a fixed size would be. */
static const struct gn_command wordy = {
    .name = "wordy",
    .operands = "",
    .summary = "say much",
    .text = WORDS(WORDS("a word ")) "and the last",
    .examples = "",
};
static const struct gn_command words = {
    .name = "words",
    .operands = "a|b",
    .summary = "take a word, don't give one",
    .text = "",
    .examples = "",
    .operand = GN_OPERAND_WORD,
    .words = "a b",
};
static const struct gn_command names = {
    .name = "names",
    .operands = "[COMMAND]",
    .summary = "take a command",
    .text = "",
    .examples = "",
    .operand = GN_OPERAND_WORD,
};
static const struct gn_command *const commands[] = {&test, &words, &names};
static const struct gn_program program = {commands, 3};

static void has(const struct gn_buf *text, const char *part)
{
    assert_false(gn_buf_failed(text));
    if (strstr(gn_buf_cstr(text), part) == NULL)
        fail_msg("no '%s' in\n%s", part, gn_buf_cstr(text));
}

static void help_names_all_and_stays_within_80_columns(void **state)
{
    struct gn_buf text = {0};

    (void)state;
    gn_help_command(&test, &text);
    has(&text,
        "garner test - be a test's\n\nUsage: garner test [FLAG...] FILE");
    has(&text, "A paragraph.\n\n  kept as it is\n");
    has(&text, "\n  -f, --flag               do it, and don't ask\n");
    has(&text, "\n      --a-flag-with-a-long-name FILE\n"
               "                           read this, whose help");
    has(&text, "[GARNER_TEST]\n");
    has(&text, "\n  -h, --help               show this\n");
    has(&text, "\nExamples:\n  garner test 'x'\n  # comment\n");
    for (const char *at = gn_buf_cstr(&text); *at != '\0';) {
        const size_t n = strcspn(at, "\n");

        assert_true(n < 80);
        assert_true(n == 0 || at[n - 1] != ' ');
        at += n + 1;
    }
    gn_buf_clear(&text);
    gn_help_command(&wordy, &text);
    has(&text, "word and the last\n\nFlags:");
    gn_buf_clear(&text);
    gn_help_program(&program, &text);
    has(&text, "\n  test        be a test's\n  words       take a word");
    gn_buf_fini(&text);
}

static void the_manual_means_every_character_it_says(void **state)
{
    struct gn_buf text = {0};

    (void)state;
    gn_help_man(&program, &text);
    has(&text, ".TH GARNER 1 ");
    has(&text, "\\fB\\-f\\fR, \\fB\\-\\-flag\\fR\ndo it, and don\\(aqt ask.\n");
    has(&text,
        "\\fB\\-\\-a\\-flag\\-with\\-a\\-long\\-name\\fR \\fIFILE\\fR\n");
    has(&text, "Taken from \\fBGARNER_TEST\\fR");
    has(&text, "\n\\&.not a request\n");
    has(&text, "garner test \\(aqx\\(aq\n");
    gn_buf_fini(&text);
}

static void each_shell_gets_its_script(void **state)
{
    struct gn_buf text = {0};

    (void)state;
    assert_true(gn_completion(&program, "bash", &text));
    has(&text, "compgen -W 'test words names --help --version'");
    has(&text, "--a-flag-with-a-long-name) COMPREPLY=($(compgen -f");
    has(&text, "--choice) COMPREPLY=($(compgen -W 'one two'");
    has(&text, "--list|-l) COMPREPLY=()");
    has(&text, "operands='a b'");
    has(&text, "operands='test words names'");
    gn_buf_clear(&text);
    assert_true(gn_completion(&program, "zsh", &text));
    has(&text, "'(-f --flag)'{-f,--flag}'[do it, and don'\\''t ask]'");
    has(&text, "'--choice=''[\\[choose\\]\\: either]:choice:(one two)'");
    has(&text, "'*'{-l+,--list=}'[may be repeated]:ITEM:'");
    gn_buf_clear(&text);
    assert_true(gn_completion(&program, "fish", &text));
    has(&text, "-l flag -s f -d 'do it, and don\\'t ask'");
    has(&text, "-l choice -x -a 'one two'");
    has(&text, "-l a-flag-with-a-long-name -r -F");
    gn_buf_clear(&text);
    assert_false(gn_completion(&program, "tcsh", &text));
    assert_int_equal(text.size, 0);
    gn_buf_fini(&text);
}

static void lost_memory_shows_in_the_buffer(void **state)
{
    struct gn_buf text = {0};

    (void)state;
    gn_mem_fail_at(1);
    gn_help_man(&program, &text);
    gn_mem_fail_at(0);
    assert_true(gn_buf_failed(&text));
    gn_buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_names_all_and_stays_within_80_columns),
        cmocka_unit_test(the_manual_means_every_character_it_says),
        cmocka_unit_test(each_shell_gets_its_script),
        cmocka_unit_test(lost_memory_shows_in_the_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
