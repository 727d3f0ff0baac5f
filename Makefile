# The doors to garner for people: each installs what it lacks (tools/packages),
# brings the build up to date in silence, and does one thing.

ARGS   =
PREFIX = /usr/local
SELF   = run -c examples/self.yaml --listen 127.0.0.1:8765

help:
	@echo "make run      collect this machine's own garner every second into self.db;"
	@echo "              stop with Ctrl-C. make run ARGS='URL --every 1s --db my.db'"
	@echo "              runs anything else"
	@echo "make test     all tests; make test ARGS='crash http' runs those named"
	@echo "make bench    the speed, beside others in the same run"
	@echo "make fuzz     half a minute of each fuzzer; make fuzz ARGS=\"--keep SECONDS\""
	@echo "make lint     layout, mistakes, warnings; make lint ARGS='FILE...'"
	@echo "make install  the program, library, headers and manuals; PREFIX=$(PREFIX)"
	@echo "make clean    remove what the others built"

# Ctrl-C reaches make, the shell and garner alike. The shell's trap lets
# garner end in its own way; stopped by hand (130) is no error here.
run:
	@tools/setup build run
	@tools/build run
	@trap : INT; build/src/cli/garner $(if $(ARGS),run $(ARGS),$(SELF)); \
	    code=$$?; [ $$code -eq 130 ] || exit $$code

test:
	@tools/setup build run test
	@tools/build test
	@meson test -C build --no-rebuild --print-errorlogs -t 3 $(ARGS)

bench:
	@tools/setup build run bench
	@tools/build all
	@bench/run $(ARGS)

fuzz:
	@tools/setup build fuzz
	@tools/fuzz $(ARGS)

lint:
	@tools/setup build test lint fuzz
	@tools/lint $(ARGS)

install:
	@tools/setup build run
	@[ -e build-install/build.ninja ] || meson setup --prefix=$(PREFIX) \
	    --libdir=lib --buildtype=release -Dtests=disabled build-install
	@meson install -C build-install
	@[ "$$(id -u)" -ne 0 ] || ldconfig

clean:
	@rm -rf build build-*

.PHONY: help run test bench fuzz lint install clean
