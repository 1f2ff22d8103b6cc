const button = document.getElementById("verify");
const outcome = document.getElementById("outcome");
button.addEventListener("click", async () => {
  button.disabled = true;
  const response = await fetch("/v1/verify_email", {
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify({
      email_id: Number(button.dataset.emailId),
      secret_code: button.dataset.secretCode,
    }),
  }).catch(() => null);
  if (response !== null && response.ok) {
    outcome.textContent = "Your e-mail address is verified.";
  } else if (response !== null && response.status === 404) {
    outcome.textContent = "This link has expired or was used. Have another one sent.";
  } else {
    outcome.textContent = "That did not work. Try again.";
    button.disabled = false;
  }
});
