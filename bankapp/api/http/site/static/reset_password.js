const form = document.getElementById("reset");
const button = form.querySelector("button");
const outcome = document.getElementById("outcome");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  const response = await fetch("/v1/password_resets/confirm", {
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify({
      token: form.dataset.token,
      password: document.getElementById("password").value,
    }),
  }).catch(() => null);
  if (response !== null && response.ok) {
    outcome.textContent = "Your new password is set. Log in with it.";
    form.hidden = true;
  } else if (response !== null && response.status === 404) {
    outcome.textContent = "This link has expired or was used. Have another one sent.";
  } else if (response !== null && response.status === 422) {
    outcome.textContent = "This password is too easy to guess, too short or too long. Choose another one.";
    button.disabled = false;
  } else {
    outcome.textContent = "That did not work. Try again.";
    button.disabled = false;
  }
});
