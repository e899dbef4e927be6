# The one door to everything that is done with this project; `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Static Swift runtime, so that the box needs no toolchain; C libraries stay shared, so that `apt upgrade` patches them.
RELEASE := swift build -c release --static-swift-stdlib --product waypost
BINARY := .build/release/waypost
FUZZ_SECONDS ?= 60
# How long the oracle goes on in `make verify`, seconds, and in `make soak`, hours.
ORACLE_SECONDS ?= 3600
HOURS ?= 8
ORACLE := --skip-build --disable-xctest --filter EndToEnd.ScheduleTests.forAsLongAsAsked

.PHONY: help
help: ## List what there is to do
	@echo "make TARGET, where TARGET is one of:"
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

.PHONY: build
build: packages-build ## Build the release binary and hold it to its size and linkage
	$(RELEASE)
	@scripts/verify-linkage $(BINARY)
	@scripts/verify-size $(BINARY)

# Tests that wait for threads, sockets and peers: beside those that compute on every core for minutes, all of them would be late.
WAITING := InputsTests UplinksTests TrustTests GatewayTests

.PHONY: test
# The end-to-end tests run by themselves, too: a real daemon would be late beside others.
test: packages-test lint ## Everything that CI runs; ends with the test runner's own summary
	$(RELEASE)
	@scripts/verify-linkage --self-test
	@scripts/verify-linkage $(BINARY)
	@scripts/verify-size $(BINARY)
	@scripts/verify-version
	@scripts/verify-unit
	@$(BINARY) check rules && $(BINARY) test rules
	@swift build --build-tests
	scripts/run-tests $(addprefix --skip ,$(WAITING) EndToEndTests)
	@for target in $(WAITING) EndToEndTests; do \
	  WAYPOST_RELEASE_BINARY=$(CURDIR)/$(BINARY) scripts/run-tests --again --filter $$target; \
	done

.PHONY: demo
demo: packages-demo ## Drive a simulated truck and watch what is seen, raised, kept and delivered
	@swift build --product waypost
	@.build/debug/waypost demo

.PHONY: deb
# A package for another release is built in a root of that release, which installs there what it needs.
deb: $(if $(SUITE),packages-roots,packages-deb) ## Leave an installable package in dist/; SUITE=bookworm|trixie: for that release (as root)
	@scripts/build-deb $(SUITE)

.PHONY: apt-repo
apt-repo: packages-apt ## Make a signed apt repository in dist/apt of the packages in dist/; see docs/install.md
	@scripts/apt-repo

.PHONY: bench
bench: packages-test ## Measure: start, size, memory, bytes written, latency, replay, drain
	@$(RELEASE)
	@swift build -c release --static-swift-stdlib --product waypost-bench
	@scripts/bench $(BINARY)

.PHONY: fuzz
fuzz: packages-build ## Feed damaged configuration to `waypost check` and expressions to `waypost eval`, each for FUZZ_SECONDS (60)
	@swift build --product waypost --sanitize=address -Xswiftc -use-ld=lld --scratch-path .build-address
	@scripts/fuzz .build-address/debug/waypost $(FUZZ_SECONDS)

.PHONY: lint
lint: packages-lint ## Check format, constructs that are banned, and shell scripts
	@scripts/lint

.PHONY: docs
docs: packages-docs ## Check the documentation: links, examples, manual, completions, picture
	@swift build --product waypost
	@scripts/verify-docs .build/debug/waypost

.PHONY: verify
verify: verify-sanitizers verify-soak verify-oracle verify-damage verify-power verify-rules fuzz docs bench verify-apt verify-guest verify-cuts verify-roots ## What takes too long for every change; hours

.PHONY: verify-sanitizers
verify-sanitizers: packages-test ## The tests under the thread and address sanitizers
	@scripts/verify-sanitizers thread address

.PHONY: verify-soak
verify-soak: packages-test ## The end-to-end tests at full length: a minute without a broker, 200 kills, every receiver's log; then the oracle for ORACLE_SECONDS (3600)
	@$(RELEASE)
	@swift build --build-tests
	WAYPOST_SOAK=1 WAYPOST_BINARY=$(CURDIR)/$(BINARY) swift test --skip-build --disable-xctest --filter EndToEndTests
	WAYPOST_SOAK=1 swift test --skip-build --disable-xctest --filter DeadUnitTests

	WAYPOST_ORACLE_SECONDS=$(ORACLE_SECONDS) WAYPOST_BINARY=$(CURDIR)/$(BINARY) swift test $(ORACLE)

.PHONY: soak
soak: packages-test ## The oracle for HOURS (8), or any part of one: faults from a seed, every way to a server; ends with what there was of each
	@$(RELEASE)
	@swift build --build-tests
	WAYPOST_ORACLE_SECONDS=$$(awk 'BEGIN { print $(HOURS) * 3600 }') WAYPOST_BINARY=$(CURDIR)/$(BINARY) swift test $(ORACLE)

.PHONY: verify-oracle
# A build of its own: what ships has no trace of the mistakes.
verify-oracle: packages-test ## The oracle finds each of ten mistakes planted in the gateway, and none where there is none
	@$(RELEASE)
	@! grep -aq answer-settles-another $(BINARY) || { echo "planted mistakes are in $(BINARY)" >&2; exit 1; }
	@swift build -Xswiftc -DPLANTED --scratch-path .build-planted --product waypost
	@grep -aq answer-settles-another .build-planted/debug/waypost
	@swift build --build-tests
	WAYPOST_PLANTED_BINARY=$(CURDIR)/.build-planted/debug/waypost swift test --skip-build --disable-xctest --filter EndToEnd.PlantedBugTests

.PHONY: verify-damage
verify-damage: packages-test ## 300 random damages of the journal's files, and one of 20 MB without its first pages
	@swift build --build-tests
	WAYPOST_DAMAGES=300 WAYPOST_LARGE_JOURNAL=20 swift test --skip-build --disable-xctest --filter 'RandomDamage|LargeDamage'

.PHONY: verify-power
verify-power: packages-test ## Power cuts on a disk that drops and reorders what wasn't synced: 3,000 journals' lives, some 100,000 cuts
	@swift build --build-tests
	WAYPOST_POWER_SEEDS=3000 swift test --skip-build --disable-xctest --filter 'PowerCut|RepairCut'

.PHONY: verify-rules
verify-rules: packages-test ## The example rules' tests fail when any line of a rule is taken out
	@$(RELEASE)
	@scripts/mutate-rules $(BINARY)

.PHONY: verify-reproducible
verify-reproducible: packages-roots ## For both suites: the same commit gives the same packages twice, byte for byte, without a finding of lintian (as root)
	@for suite in bookworm trixie; do scripts/verify-reproducible $$suite; done

.PHONY: verify-apt
verify-apt: packages-apt verify-reproducible ## These packages from a signed repository: install, upgrade, downgrade, purge, in roots of both suites (as root)
	@scripts/verify-apt

.PHONY: verify-guest
verify-guest: packages-roots packages-guest ## Boot a Debian 12 guest and prove the package in it: sandbox, watchdog, reboot, power cuts (as root)
	@scripts/build-deb bookworm
	@scripts/verify-guest

.PHONY: verify-cuts
verify-cuts: packages-roots packages-guest ## Cut the guest's power CUTS (30) times at random moments while it records under load (as root)
	@scripts/build-deb bookworm
	@CUTS=$(or $(CUTS),30) scripts/verify-cuts

.PHONY: verify-roots
verify-roots: packages-roots ## `make test` and `make demo` in fresh Debian roots (as root)
	@for suite in bookworm trixie; do scripts/verify-fresh-root $$suite; done

.PHONY: clean
clean: ## Remove what was built
	rm -rf .build .build-* dist

# A static pattern, since make looks for no implicit rule for what is phony.
PACKAGES := $(addprefix packages-,build test demo deb lint docs roots apt guest)
.PHONY: $(PACKAGES)
$(PACKAGES): packages-%:
	@scripts/install-packages $*
