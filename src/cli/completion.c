#include "cli/completion.h"

#include <string.h>

/* Appends text inside single quotes of a shell (sh and zsh: '\''; fish: \'),
 * without its first and last quote. */
static void quoted(struct gn_buf *out, const char *text, const char *quote)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            gn_buf_text(out, quote);
        else
            gn_buf_byte(out, *text);
    }
}

/* The words of a choice, "a|b", or of a list, "a b", with blanks between. */
static void words(struct gn_buf *out, const char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        gn_buf_append(out, *text == '|' ? " " : text, 1);
}

static void operand_words(struct gn_buf *out, const struct gn_program *program,
                          const struct gn_command *c)
{
    words(out, c->words);
    /* "help" is followed by the name of a command. */
    for (size_t i = 0; i < program->count && c->words == NULL; i++)
        gn_buf_printf(out, "%s%s", i > 0 ? " " : "",
                      program->commands[i]->name);
}

static void bash_values(struct gn_buf *out, const struct gn_command *c)
{
    gn_buf_text(out, "        case $before in\n");
    for (size_t i = 0; i < c->option_count; i++) {
        const struct gn_option *o = &c->options[i];

        if (o->type == GN_OPTION_FLAG)
            continue;
        gn_buf_printf(out, "        --%s", o->name);
        if (o->letter != 0)
            gn_buf_printf(out, "|-%c", o->letter);
        gn_buf_text(out, ") ");
        if (o->type == GN_OPTION_FILE) {
            gn_buf_text(out, "COMPREPLY=($(compgen -f -- \"$word\"))");
        } else if (o->type == GN_OPTION_CHOICE) {
            gn_buf_text(out, "COMPREPLY=($(compgen -W '");
            words(out, o->value);
            gn_buf_text(out, "' -- \"$word\"))");
        } else {
            gn_buf_text(out, "COMPREPLY=()");
        }
        gn_buf_text(out, "; return ;;\n");
    }
    gn_buf_text(out, "        esac\n");
}

static void bash_command(struct gn_buf *out, const struct gn_program *program,
                         const struct gn_command *c)
{
    gn_buf_printf(out, "    %s)\n", c->name);
    bash_values(out, c);
    gn_buf_text(out, "        flags='");
    for (size_t i = 0; i < c->option_count; i++)
        gn_buf_printf(out, "--%s ", c->options[i].name);
    gn_buf_text(out, "--help'\n");
    if (c->operand == GN_OPERAND_FILE) {
        gn_buf_text(out, "        files=1\n");
    } else if (c->operand == GN_OPERAND_WORD) {
        gn_buf_text(out, "        operands='");
        operand_words(out, program, c);
        gn_buf_text(out, "'\n");
    }
    gn_buf_text(out, "        ;;\n");
}

static void bash(const struct gn_program *program, struct gn_buf *out)
{
    gn_buf_text(out, "# bash completion for garner\n"
                     "_garner() {\n"
                     "    local word=${COMP_WORDS[COMP_CWORD]}\n"
                     "    local before=${COMP_WORDS[COMP_CWORD-1]}\n"
                     "    local flags= operands= files=\n"
                     "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                     "        COMPREPLY=($(compgen -W '");
    for (size_t i = 0; i < program->count; i++)
        gn_buf_printf(out, "%s ", program->commands[i]->name);
    gn_buf_text(out, "--help --version' -- \"$word\"))\n"
                     "        return\n"
                     "    fi\n"
                     "    case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; i < program->count; i++)
        bash_command(out, program, program->commands[i]);
    gn_buf_text(out,
                "    esac\n"
                "    if [[ $word == -* ]]; then\n"
                "        COMPREPLY=($(compgen -W \"$flags\" -- \"$word\"))\n"
                "    elif [ -n \"$files\" ]; then\n"
                "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
                "    else\n"
                "        COMPREPLY=($(compgen -W \"$operands\" -- \"$word\"))\n"
                "    fi\n"
                "}\n"
                "complete -o filenames -F _garner garner\n");
}

/* zsh's _arguments takes [ ] and : as its own. */
static void zsh_text(struct gn_buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            gn_buf_text(out, "'\\''");
        else if (*text == '[' || *text == ']' || *text == ':' || *text == '\\')
            gn_buf_printf(out, "\\%c", *text);
        else
            gn_buf_byte(out, *text);
    }
}

static void zsh_option(struct gn_buf *out, const struct gn_option *o)
{
    const char *many = o->type == GN_OPTION_LIST ? "*" : "";
    /* -x VALUE or -xVALUE, --x VALUE or --x=VALUE */
    const char *plus = o->type == GN_OPTION_FLAG ? "" : "+";
    const char *equals = o->type == GN_OPTION_FLAG ? "" : "=";

    gn_buf_text(out, "            ");
    if (o->letter != 0 && many[0] == '\0')
        gn_buf_printf(out, "'(-%c --%s)'{-%c%s,--%s%s}", o->letter, o->name,
                      o->letter, plus, o->name, equals);
    else if (o->letter != 0)
        gn_buf_printf(out, "'*'{-%c%s,--%s%s}", o->letter, plus, o->name,
                      equals);
    else
        gn_buf_printf(out, "'%s--%s%s'", many, o->name, equals);
    gn_buf_text(out, "'[");
    zsh_text(out, o->help);
    gn_buf_byte(out, ']');
    if (o->type != GN_OPTION_FLAG) {
        gn_buf_byte(out, ':');
        zsh_text(out, o->type == GN_OPTION_CHOICE ? o->name : o->value);
        gn_buf_byte(out, ':');
        if (o->type == GN_OPTION_FILE)
            gn_buf_text(out, "_files");
        if (o->type == GN_OPTION_CHOICE) {
            gn_buf_byte(out, '(');
            words(out, o->value);
            gn_buf_byte(out, ')');
        }
    }
    gn_buf_text(out, "' \\\n");
}

static void zsh(const struct gn_program *program, struct gn_buf *out)
{
    gn_buf_text(out, "#compdef garner\n"
                     "_garner() {\n"
                     "    local -a commands=(\n");
    for (size_t i = 0; i < program->count; i++) {
        gn_buf_printf(out, "        '%s:", program->commands[i]->name);
        quoted(out, program->commands[i]->summary, "'\\''");
        gn_buf_text(out, "'\n");
    }
    gn_buf_text(out, "    )\n"
                     "    if (( CURRENT == 2 )); then\n"
                     "        _describe command commands\n"
                     "        return\n"
                     "    fi\n"
                     "    local command=$words[2]\n"
                     "    shift words\n"
                     "    (( CURRENT-- ))\n"
                     "    case $command in\n");
    for (size_t i = 0; i < program->count; i++) {
        const struct gn_command *c = program->commands[i];

        gn_buf_printf(out, "    %s)\n        _arguments -s \\\n", c->name);
        for (size_t k = 0; k < c->option_count; k++)
            zsh_option(out, &c->options[k]);
        gn_buf_text(out, "            '(-h --help)'{-h,--help}'[show help]'");
        if (c->operand == GN_OPERAND_FILE) {
            gn_buf_text(out, " \\\n            '*:file:_files'");
        } else if (c->operand == GN_OPERAND_WORD) {
            gn_buf_text(out, " \\\n            ':word:(");
            operand_words(out, program, c);
            gn_buf_text(out, ")'");
        }
        gn_buf_text(out, "\n        ;;\n");
    }
    gn_buf_text(out, "    esac\n}\n_garner \"$@\"\n");
}

static void fish_option(struct gn_buf *out, const char *command,
                        const struct gn_option *o)
{
    gn_buf_printf(
        out, "complete -c garner -n '__fish_seen_subcommand_from %s' -l %s",
        command, o->name);
    if (o->letter != 0)
        gn_buf_printf(out, " -s %c", o->letter);
    if (o->type == GN_OPTION_FILE)
        gn_buf_text(out, " -r -F");
    else if (o->type != GN_OPTION_FLAG)
        gn_buf_text(out, " -x");
    if (o->type == GN_OPTION_CHOICE) {
        gn_buf_text(out, " -a '");
        words(out, o->value);
        gn_buf_byte(out, '\'');
    }
    gn_buf_text(out, " -d '");
    quoted(out, o->help, "\\'");
    gn_buf_text(out, "'\n");
}

static void fish(const struct gn_program *program, struct gn_buf *out)
{
    gn_buf_text(out, "# fish completion for garner\ncomplete -c garner -f\n");
    for (size_t i = 0; i < program->count; i++) {
        const struct gn_command *c = program->commands[i];

        gn_buf_printf(out,
                      "complete -c garner -n __fish_use_subcommand -a %s -d '",
                      c->name);
        quoted(out, c->summary, "\\'");
        gn_buf_text(out, "'\n");
        for (size_t k = 0; k < c->option_count; k++)
            fish_option(out, c->name, &c->options[k]);
        if (c->operand == GN_OPERAND_NONE)
            continue;
        gn_buf_printf(out,
                      "complete -c garner -n '__fish_seen_subcommand_from %s'",
                      c->name);
        if (c->operand == GN_OPERAND_FILE) {
            gn_buf_text(out, " -F\n");
        } else {
            gn_buf_text(out, " -a '");
            operand_words(out, program, c);
            gn_buf_text(out, "'\n");
        }
    }
}

bool gn_completion(const struct gn_program *program, const char *shell,
                   struct gn_buf *out)
{
    if (strcmp(shell, "bash") == 0)
        bash(program, out);
    else if (strcmp(shell, "zsh") == 0)
        zsh(program, out);
    else if (strcmp(shell, "fish") == 0)
        fish(program, out);
    else
        return false;
    return true;
}
