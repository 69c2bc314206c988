pytest_plugins = ["assay.testing.plugin"]
