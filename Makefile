# farmio: `make help` lists what there is.

PREFIX ?= /usr/local
HOURS ?= 1
SECONDS_EACH ?= 30
BENCH ?=
BENCH_FRAMES ?=
BENCH_STORES ?=
SEED ?= 1

farmio := .build/release/farmio
sources := Package.swift Sources Tests Benchmarks

.PHONY: help setup build demo test lint format oracles frames rigs mounts stores stores-strict bench bench-data bench-frames bench-stores crash campaign fuzz install uninstall clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what building and testing need
	@tools/setup test

build: ## build the program, optimised: .build/release/farmio
	@tools/setup build
	swift build -c release --static-swift-stdlib --product farmio
	swift build -c release --product farmio-decoder
	swift build -c release --product farmio-smb

demo: ## keep and move a Blender scene in three versions (KEEP=1 leaves the files)
	@tools/setup demo
	@$(MAKE) --no-print-directory build
	@tools/demo $(farmio)

test: ## everything that must hold: formatting, unit tests, oracles, servers, crash rigs
	@tools/setup test
	@$(MAKE) --no-print-directory lint
	swift build
	swift test
	@$(MAKE) --no-print-directory oracles
	@Tests/Stores/run .build/debug/farmio .build/debug/Benchmarks --quick
	@$(MAKE) --no-print-directory build rigs mounts frames

oracles: ## compare with independent programs: hashes, and the repository format
	@Tests/Oracles/run .build/debug/farmio .build/debug/Benchmarks

frames: ## prove the frame commands: damage, real images, fresh renders, peers' pixels
	@Tests/Frames/run $(farmio) --quiet

lint: ## check the formatting
	swift format lint --strict --recursive --parallel $(sources)

format: ## put the formatting right
	swift format --in-place --recursive --parallel $(sources)

rigs: ## the short crash campaign (SEED=N)
	@Tests/Rigs/crash.py --farmio $(farmio) --short --seed $(SEED)

mounts: ## mount repositories, and compare what the kernel shows with the source
	@Tests/Mount/run $(farmio)

stores: ## prove places at real servers, with faults, kills and cuts: S3, OCI, NFS, SMB
	@tools/setup test
	swift build --build-tests
	@Tests/Stores/run .build/debug/farmio .build/debug/Benchmarks
	@Tests/Mount/run .build/debug/farmio --bucket --only bucket

stores-strict: ## the same against Ceph's gateway, downloaded and not installed (root)
	@tools/setup test
	swift build --build-tests
	@Tests/Stores/run .build/debug/farmio .build/debug/Benchmarks --strict

bench: bench-data bench-frames bench-stores ## measure against the peers

bench-data: ## the data path (BENCH='--quick', '--help', ...)
	@tools/setup bench
	@$(MAKE) --no-print-directory build
	@Benchmarks/Peers/bench.py --farmio $(farmio) $(BENCH)

bench-frames: ## the frame commands (BENCH_FRAMES='--quick', '--long', ...)
	@tools/setup bench
	@$(MAKE) --no-print-directory build
	@Tests/Frames/environment
	@.build/frames/bin/python Benchmarks/Peers/frames.py --farmio $(farmio) $(BENCH_FRAMES)

bench-stores: ## movers to and from buckets (BENCH_STORES='--quick', ...)
	@tools/setup bench
	@$(MAKE) --no-print-directory build
	@Benchmarks/Peers/environment
	@.build/peers/bin/python Benchmarks/Peers/stores.py --farmio $(farmio) $(BENCH_STORES)

crash: ## the long crash campaign (SEED=N)
	@tools/setup test
	@$(MAKE) --no-print-directory build
	@Tests/Rigs/crash.py --farmio $(farmio) --seed $(SEED)

campaign: ## crash campaigns with new seeds for HOURS
	@tools/setup test
	@$(MAKE) --no-print-directory build
	@Tests/Rigs/crash.py --farmio $(farmio) --hours $(HOURS)

fuzz: ## run every fuzz target for SECONDS_EACH
	@tools/setup build
	@Tests/Fuzz/run $(SECONDS_EACH)

install: build ## install program, manual and completions under PREFIX
	@tools/install $(farmio) "$(DESTDIR)$(PREFIX)"

uninstall: ## remove what install put under PREFIX
	@tools/install --remove "$(DESTDIR)$(PREFIX)"

clean: ## remove everything built
	rm -rf .build
