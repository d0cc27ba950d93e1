"""Front ends that use Gatefold only as a client would."""
